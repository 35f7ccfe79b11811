"""What stands on the bench: instruments, what a standard's record holds, the unit under test."""

from datetime import date
from enum import Enum

from attrs import field, frozen

from labctl.language import Text, in_both
from labctl.metrology.quantity import Quantity


@frozen(kw_only=True)
class Identity:
    """Who an instrument says it is."""

    manufacturer: str
    model: str
    serial: str
    firmware: str = ""


@frozen(kw_only=True)
class CertificateOfStandard:
    """The calibration certificate that gives a standard its traceability (ISO/IEC 17025:2017, 6.5)."""

    number: str
    laboratory: Text = field(converter=in_both)  # who issued it
    calibrated: date
    due: date  # the last day on which it may be relied on
    statement: Text = field(default=Text("", zh=""), converter=in_both)
    """Measuring range and accuracy as the certificate's first page gives them."""


class Basis(Enum):
    """Which of a standard's figures the evaluation relies on."""

    CORRECTIONS = "corrections"  # values of its certificate are applied, with their U
    SPECIFICATION = "specification"  # its accuracy specification stands for certificate and drift together


@frozen(kw_only=True)
class CorrectionPoint:
    """One line of a standard's certificate: at this indication or setting, add this correction."""

    at: Quantity
    correction: Quantity
    expanded_uncertainty: Quantity
    k: float = 2.0


@frozen(kw_only=True)
class SpecificationLine:
    """One line of an accuracy specification; the figure may use `nominal` and `range`."""

    quantity: str  # the capability's quantity, "DC voltage"
    up_to: Quantity  # upper end of the range by absolute value
    figure: str  # half-width of the limits, "12 ppm * abs(nominal) + 20 µV"
    source: str  # in English: also the identity by which a budget names it
    confirmed: bool = False  # a metrologist has held it against the maker's paper
    frequency: str = ""  # the band in which it holds, "45 Hz … 10 kHz"; empty: at any, and of what has none
    source_zh: str = ""  # the source in Chinese; empty: as in English


@frozen(kw_only=True)
class Characteristic:
    """A named figure of an asset's record, such as the thermal EMF of a set of leads.

    The figure is what the true value differs from `value` by, at most or with U; from zero where there is no value.
    """

    name: str
    figure: str
    value: str = ""
    distribution: str = "rectangular"  # or triangular, arcsine: half-width; normal: expanded uncertainty with k
    k: float = 2.0
    source: str = ""  # in English: also the identity by which a budget names it
    confirmed: bool = False
    name_zh: str = ""  # the name in Chinese; empty: as in English
    source_zh: str = ""  # the source in Chinese; empty: as in English


@frozen(kw_only=True)
class Asset:
    """Everything the laboratory's record says of one instrument or auxiliary of the bench."""

    key: str  # its name in the station, "calibrator"
    title: Text
    identity: Identity
    certificate: CertificateOfStandard | None = None
    basis: Basis = Basis.SPECIFICATION
    corrections: dict[str, tuple[CorrectionPoint, ...]] = field(factory=dict)  # by quantity
    specification: tuple[SpecificationLine, ...] = ()
    drift: dict[str, str] = field(factory=dict)  # by quantity: figure of the half-width since calibration
    sharing: dict[str, str] = field(factory=dict)  # by effect name: "common", "local" or "unstated"
    characteristics: tuple[Characteristic, ...] = ()
    function: dict[str, str] = field(factory=dict)  # parameters of its calibration function, by name


@frozen(kw_only=True)
class UnitUnderTest:
    """The instrument that is calibrated or verified, with what its type promises."""

    description: Text
    identity: Identity
    asset_number: str = ""  # the customer's own number
    type_name: str = ""  # key of the unit type in the station
    ranges: dict[str, tuple[Quantity, ...]] = field(factory=dict)  # by quantity, upper ends, ascending
    basic_range: dict[str, Quantity] = field(factory=dict)  # by quantity
    specification: tuple[SpecificationLine, ...] = ()  # the maximum permissible errors
    nameplate: dict[str, Quantity] = field(factory=dict)  # constants such as accuracy_class
    designations: dict[str, str] = field(factory=dict)  # what the nameplate says in words, such as tolerance_class
    points: str = ""  # which set of points methods take for it, "5.5 digits"; empty: the one named like its type
    ordered: dict[str, str] = field(factory=dict)  # points that its order asks for instead: CSV by method/file
    condition: Text = Text("in working order, no visible damage", zh="外观完好，工作正常")

    @property
    def constants(self) -> dict[str, Quantity | str]:
        """Return what stands on the nameplate, as figures name it: `unit.accuracy_class`."""
        stated: dict[str, Quantity | str] = {**self.nameplate, **self.designations}
        return {f"unit.{name}": value for name, value in stated.items()}
