"""A run in memory: its events as the engine writes them, without instruments."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from attrs import define, evolve, field

from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    Event,
    IndicationTaken,
    Place,
    Purpose,
    RepetitionFinished,
    RepetitionStarted,
    RunFinished,
    RunStarted,
    SettingMade,
)
from labctl.language import Text
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.plan import AS_FOUND, plan
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Outcome, Software
from labctl.records.equipment import (
    Asset,
    CertificateOfStandard,
    Characteristic,
    Identity,
    SpecificationLine,
    UnitUnderTest,
)
from labctl.records.order import Customer, Laboratory, Order, People, Person

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECTION = "DC voltage"


def calibrator() -> Asset:
    return Asset(
        key="calibrator",
        title=Text("Calibrator", zh="校准器"),
        identity=Identity(manufacturer="Fluke", model="5522A", serial="1"),
        certificate=CertificateOfStandard(
            number="C-1", laboratory="NMI", calibrated=date(2025, 12, 1), due=date(2026, 12, 1)
        ),
        specification=(
            SpecificationLine(
                quantity="DC voltage",
                up_to=parse_quantity("32.99999 V"),
                figure="12 ppm * abs(nominal) + 20 µV",
                source="one-year specification",
            ),
            SpecificationLine(
                quantity="DC voltage",
                up_to=parse_quantity("0.3299999 V"),
                figure="20 ppm * abs(nominal) + 1 µV",
                source="one-year specification",
            ),
            SpecificationLine(
                quantity="DC voltage",
                up_to=parse_quantity("1020 V"),
                figure="18 ppm * abs(nominal) + 1.5 mV",
                source="one-year specification",
            ),
        ),
    )


def leads(figure: str = "1 µV") -> Asset:
    return Asset(
        key="leads",
        title=Text("Leads", zh="测试线"),
        identity=Identity(manufacturer="", model="leads", serial=""),
        characteristics=(Characteristic(name="thermal EMF", figure=figure, source="estimate"),),
    )


def room() -> Asset:
    return Asset(
        key="room",
        title=Text("Thermometer", zh="温度计"),
        identity=Identity(manufacturer="Vaisala", model="PTU300", serial="2"),
        specification=(
            SpecificationLine(
                quantity="temperature", up_to=parse_quantity("60 °C"), figure="0.2 K", source="data sheet"
            ),
        ),
    )


def meter() -> UnitUnderTest:
    figures = {"0.1 V": (50, 35), "1 V": (40, 7), "10 V": (35, 5), "100 V": (45, 6), "1000 V": (45, 10)}
    return UnitUnderTest(
        description=Text("Digital multimeter", zh="数字多用表"),
        identity=Identity(manufacturer="Keysight", model="34465A", serial="3"),
        type_name="Keysight 34465A",
        ranges={"DC voltage": tuple(parse_quantity(top) for top in figures)},
        basic_range={"DC voltage": parse_quantity("10 V")},
        specification=tuple(
            SpecificationLine(
                quantity="DC voltage",
                up_to=parse_quantity(top),
                figure=f"{reading} ppm * abs(nominal) + {full} ppm * range",
                source="one-year specification",
            )
            for top, (reading, full) in figures.items()
        ),
    )


@define
class RunInMemory:
    """Writes the events of a run into memory; what one point showed is one line of a test."""

    started: RunStarted
    entries: list[Entry] = field(factory=list[Entry])

    def append(self, event: Event) -> int:
        n = len(self.entries) + 1
        self.entries.append(Entry(n=n, event=event, canonical=b"", digest=b""))
        return n

    def begin(self) -> None:
        self.append(self.started)

    def point(
        self,
        key: str,
        applied: str,
        readings: Sequence[str],
        *,
        resolution: str = "10 µV",
        attempt: int = 1,
        repetition: int = 1,
        rejected: str = "",
        phase: str = AS_FOUND,
    ) -> None:
        place = Place(phase=phase, section=SECTION, point=key, repetition=repetition, attempt=attempt)
        self.append(RepetitionStarted(at=self.now, place=place))
        self.setting("V_s", parse_quantity(applied), place)
        for each in readings:
            self.indication("meter", "dc_voltage", parse_quantity(each), evolve(place, symbol="V_ind"), resolution)
        if rejected:
            reason = Text(rejected, zh=rejected)
            self.append(AttemptRejected(at=self.now, place=place, reason=reason))
        else:
            self.append(RepetitionFinished(at=self.now, place=place))

    def setting(self, symbol: str, value: Quantity, place: Place) -> None:
        self.append(
            SettingMade(
                at=self.now,
                instrument="calibrator",
                method="source_dc_voltage",
                arguments=(value,),
                exchanges=(),
                sent_at=self.now,
                quantity=value,
                place=evolve(place, symbol=symbol, purpose=Purpose.APPLY),
            )
        )

    def indication(
        self,
        instrument: str,
        method: str,
        value: Quantity,
        place: Place,
        resolution: str = "",
        purpose: Purpose = Purpose.OBSERVE,
    ) -> None:
        self.append(
            IndicationTaken(
                at=self.now,
                instrument=instrument,
                method=method,
                arguments=(),
                exchanges=(),
                quantity=value,
                reply=b"",
                asked_at=self.now,
                taken_at=self.now,
                of=instrument,
                resolution=parse_quantity(resolution) if resolution else None,
                place=evolve(place, purpose=purpose),
            )
        )

    def finish(self) -> None:
        self.append(RunFinished(at=self.now, outcome=Outcome.FINISHED, reason=Text("done", zh="完成"), safe=True))

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=len(self.entries))


def person(name: str) -> Person:
    return Person(name=Text(name, zh=name))


def run_of(procedure: Procedure) -> RunInMemory:
    unit = meter()
    started = RunStarted(
        at=NOON,
        run="run-1",
        station="bench",
        simulated=True,
        procedure=procedure.reference,
        order=Order(number="1", customer=Customer(name=Text("Works", zh="厂"))),
        laboratory=Laboratory(name=Text("Institute", zh="院"), address=Text("Road", zh="路")),
        people=People(calibrated_by=person("A"), checked_by=person("B"), authorised_by=person("C")),
        unit=unit,
        roles={"source": "calibrator", "unit": "meter", "leads": "leads"},
        standards={"source": calibrator(), "room": room()},
        auxiliaries={"leads": leads()},
        plan=plan(procedure, unit),
        tables=tuple(procedure.tables),
        software=Software(release="0", python="3"),
        blobs={},
    )
    return RunInMemory(started)
