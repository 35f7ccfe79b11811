"""Who asked for the work, what kind of work it is, and who answers for it."""

from datetime import date
from enum import Enum

from attrs import frozen

from labctl.language import Text


class Kind(Enum):
    """What the customer ordered; it decides verdict rule, certificate and environment policy."""

    CALIBRATION = "calibration"  # 校准: errors with uncertainty; a verdict where it was asked for
    VERIFICATION = "verification"  # 检定: a legal verdict against the regulation


@frozen(kw_only=True)
class Customer:
    """The client named on the certificate."""

    name: Text
    address: Text = Text("", zh="")


@frozen(kw_only=True)
class Order:
    """One job: customer, kind, agreed rule."""

    number: str
    customer: Customer
    kind: Kind = Kind.CALIBRATION
    received: date | None = None
    conformity: bool = True  # a statement of conformity was agreed at contract review (ISO/IEC 17025, 7.1.3)
    interval: int = 0  # months until it is due again: agreed with the client, or set for this instrument; 0: nothing
    coarse: str = ""  # why a verification is allowed though U is too large a share of the MPE; empty: it is refused

    @property
    def judged(self) -> bool:
        """Return whether a statement of conformity is made: always in a verification, else where it was agreed."""
        return self.conformity or self.kind is Kind.VERIFICATION


@frozen(kw_only=True)
class Person:
    """Somebody who answers for a part of the work."""

    name: Text
    title: Text = Text("", zh="")


@frozen(kw_only=True)
class People:
    """The three signatures of a certificate."""

    calibrated_by: Person
    checked_by: Person
    authorised_by: Person


@frozen(kw_only=True)
class Capability:
    """One line of the laboratory's calibration and measurement capability (CMC): no smaller U is stated there.

    The figure is U at a coverage of 95 %, k = 2; it may use the point's columns and results.
    """

    method: str  # name of a procedure, or the document that it follows
    section: str  # English title of a section or reduction
    result: str  # symbol
    figure: str  # "8 ppm * abs(nominal) + 1 µV"
    source: Text  # where the accreditation body, or the laboratory itself, states it
    nominal: str = ""  # for which nominal values, "0 V … 10 V"; empty: for all
    frequency: str = ""  # at which frequencies, "45 Hz … 10 kHz"; empty: at all
    confirmed: bool = False  # a metrologist has held it against that paper


@frozen(kw_only=True)
class Laboratory:
    """The laboratory as its certificates present it."""

    name: Text
    address: Text
    phone: str = ""
    email: str = ""
    postcode: str = ""
    authorisation: str = ""  # number of the authorisation to verify, or accreditation
    verify_at: str = ""  # https address under which a certificate can be checked, for the QR code
    place: Text = Text("in the laboratory", zh="实验室内")
    country: str = "CN"  # ISO 3166-1, two letters
    utc_offset: str = "+08:00"  # of the local time by which certificates are dated
    capability: tuple[Capability, ...] = ()  # lines of one result ascend; the first that holds a point counts
