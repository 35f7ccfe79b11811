"""What a station file says, once it was read and every figure in it was checked."""

from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from labctl.errors import CalibrationExpired, RoleUnfilled
from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Asset, Identity, SpecificationLine, UnitUnderTest
from labctl.records.order import Laboratory, Order, People


@frozen(kw_only=True)
class StationInstrument:
    """One instrument of the bench: who it is, which driver asks it, and where."""

    key: str  # its name on the bench, "calibrator"
    driver: str  # "fluke/5522A"
    asset: Asset
    address: str = ""  # empty while its simulator is not served yet
    simulator: str = ""  # "fluke/5522A"; empty: a real instrument
    wire: str = ""  # which of the simulator's endpoints: "serial", "hislip", "tcp"
    limits: dict[str, Limit] = field(factory=dict)  # by quantity: what may be asked of it here
    unit_type: str = ""  # key of its type, for an instrument that may be the unit under test


@frozen(kw_only=True)
class UnitType:
    """What a type of instrument promises, for units under test of that type."""

    key: str  # "Keysight 34465A"
    title: Text
    manufacturer: str
    model: str
    ranges: dict[str, tuple[Quantity, ...]]  # by quantity, upper ends, ascending
    basic_range: dict[str, Quantity]  # by quantity
    specification: tuple[SpecificationLine, ...]  # the maximum permissible errors
    nameplate: dict[str, Quantity] = field(factory=dict)
    designations: dict[str, str] = field(factory=dict)
    points: str = ""  # which set of points methods take for it; empty: the one named like the type


@frozen(kw_only=True)
class SimulatedBench:
    """How the simulators of this bench are set up."""

    world: str  # the world that couples them, "electrical"
    seed: int
    noise: bool = True  # whether anything changes by chance in time
    settings: dict[str, dict[str, float]] = field(factory=dict)  # by key: figures of its physics wanted otherwise
    operator: dict[str, str] = field(factory=dict)  # by picture of an instruction: what is done on the bench


@frozen(kw_only=True)
class OrderOfUnits:
    """One of several orders of a bench, and which of its instruments are its units."""

    order: Order
    units: tuple[str, ...]
    points: dict[str, str] = field(factory=dict)  # that it asks for: CSV by method/file


@frozen(kw_only=True)
class Station:
    """A bench with its laboratory, its people and the records of its standards."""

    file: Path
    name: str
    laboratory: Laboratory
    people: People
    order: Order  # what an order holds where nobody says otherwise
    instruments: dict[str, StationInstrument]
    auxiliaries: dict[str, Asset]
    unit_types: dict[str, UnitType]
    orders: dict[str, OrderOfUnits] = field(factory=dict[str, OrderOfUnits])  # where units have other ones, by name
    points: dict[str, str] = field(factory=dict)  # that `order` asks for: CSV by method/file
    environment: str = ""  # key of the instrument that watches the room; empty: nobody does
    simulation: SimulatedBench | None = None

    @property
    def simulated(self) -> bool:
        """Return whether any instrument is a simulator."""
        return any(each.simulator for each in self.instruments.values())

    @property
    def assets(self) -> dict[str, Asset]:
        """Return the record of everything on the bench, by key."""
        return {key: each.asset for key, each in self.instruments.items()} | self.auxiliaries

    def order_of(self, key: str) -> Order:
        """Return the order to which a unit belongs."""
        return next((each.order for each in self.orders.values() if key in each.units), self.order)

    def points_of(self, key: str) -> dict[str, str]:
        """Return the points that the order of a unit asks for: CSV by method/file."""
        return next((each.points for each in self.orders.values() if key in each.units), self.points)

    def unit_under_test(self, key: str, *, serial: str = "", asset_number: str = "") -> UnitUnderTest:
        """Return the unit that an instrument of the bench is, with what its type promises.

        Args:
            key: the instrument's name on the bench.
            serial: of the unit at hand, where it is not the one the station names.
            asset_number: the customer's own number.

        Raises:
            RoleUnfilled: no such instrument, or the station does not give its type.
        """
        instrument = self.instruments.get(key)
        kind = self.unit_types.get(instrument.unit_type) if instrument is not None else None
        if instrument is None or kind is None:
            raise RoleUnfilled(
                where=f"{self.file.name}, instruments.{key}",
                problem=Text("is no instrument with a unit type", zh="不是登记了型号数据的仪器"),
                remedy=Text("Name one of: {known}", zh="可选：{known}").filled(
                    known=", ".join(each.key for each in self.instruments.values() if each.unit_type) or "—"
                ),
            )
        return UnitUnderTest(
            description=kind.title,
            identity=Identity(
                manufacturer=kind.manufacturer,
                model=kind.model,
                serial=serial or instrument.asset.identity.serial,
                firmware=instrument.asset.identity.firmware,
            ),
            asset_number=asset_number,
            type_name=kind.key,
            ranges=kind.ranges,
            basic_range=kind.basic_range,
            specification=kind.specification,
            nameplate=kind.nameplate,
            designations=kind.designations,
            points=kind.points,
            ordered=self.points_of(key),
        )

    def with_addresses(self, addresses: dict[str, str]) -> "Station":
        """Return the station with these instruments at these addresses."""
        moved = {key: evolve(each, address=addresses.get(key, each.address)) for key, each in self.instruments.items()}
        return evolve(self, instruments=moved)


def refuse_expired(asset: Asset, today: date) -> None:
    """Refuse a standard whose certificate is past its last day.

    An asset without a certificate is refused elsewhere, by the role that asks for one.

    Raises:
        CalibrationExpired: `today` lies after the due date.
    """
    certificate = asset.certificate
    if certificate is not None and today > certificate.due:
        raise CalibrationExpired(
            standard=asset.title.en,
            certificate=certificate.number,
            due=certificate.due.isoformat(),
            today=today.isoformat(),
        )
