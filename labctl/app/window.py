"""Everything the window can ask of labctl: one desk for one bench."""

from pathlib import Path

from attrs import frozen

from labctl.language import Text
from labctl.records.equipment import CertificateOfStandard, Identity


@frozen(kw_only=True)
class Seen:
    """One instrument or auxiliary of the bench, as it was found at the last look."""

    key: str  # its name in the station
    role: str
    title: Text
    expected: Identity  # as the station names it
    address: str = ""  # empty: it has no wire
    identity: Identity | None = None  # who answered
    failure: Text | None = None  # why nobody did
    certificate: CertificateOfStandard | None = None
    is_unit: bool = False
    shows_live: bool = False  # it shows or presents something during a run
    state: Text = Text("", zh="")  # what it says of itself now


@frozen(kw_only=True)
class Look:
    """The bench at one moment."""

    station: str
    simulated: bool
    seen: tuple[Seen, ...]


@frozen(kw_only=True)
class Issued:
    """A certificate as it was written and verified."""

    number: str
    pdf: Path
    xml: Path
    record: Path
    verified: bool
    report: Text


class Desk:
    """To be completed."""
