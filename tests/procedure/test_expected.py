"""What can be told of results before anything is measured: by hand for a point and a reduction, and why not else."""

from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from labctl.errors import ProcedureError
from labctl.events.kinds import PlannedSection
from labctl.language import Text
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.duration import duration
from labctl.procedure.expected import Ahead, ahead
from labctl.procedure.load import load_folder
from labctl.procedure.plan import plan
from labctl.records.equipment import Asset, Characteristic, Identity, SpecificationLine, UnitUnderTest

PARTICULATE = load_folder(Path(__file__).parent / "methods" / "particulate")
MONITOR = UnitUnderTest(
    description=Text("Monitor", zh="监测仪"),
    identity=Identity(manufacturer="Simulated", model="M", serial="1"),
    nameplate={"mean_error": Quantity.of(8, "µg/m³")},
)
LIMITS = {
    "balance": ("mass", "1 g", "0.01 mg"),
    "flowmeter": ("flow", "100 L/min", "0.1 L/min"),
    "sampler": ("time", "100000 s", "1 s"),
    "thermometer": ("temperature", "100 °C", "0.3 K"),
}
FIGURES = {
    "balance": ("repeatability", "0.01 mg"),
    "chamber": ("uniformity", "1 µg/m³"),
    "room": ("filter conditioning", "0.01 mg"),
}


def asset(key: str) -> Asset:
    lines: tuple[SpecificationLine, ...] = ()
    if key in LIMITS:
        quantity, top, figure = LIMITS[key]
        lines = (SpecificationLine(quantity=quantity, up_to=parse_quantity(top), figure=figure, source="data sheet"),)
    named = (Characteristic(name=FIGURES[key][0], figure=FIGURES[key][1], source="estimate"),) if key in FIGURES else ()
    identity = Identity(manufacturer="Simulated", model=key, serial="1")
    return Asset(key=key, title=Text(key, zh=key), identity=identity, specification=lines, characteristics=named)


def planned(unit: UnitUnderTest = MONITOR) -> tuple[PlannedSection, ...]:
    return plan(PARTICULATE, unit)


def told(room: Asset | None = None, unit: UnitUnderTest = MONITOR, **standards: Asset) -> Ahead:
    beside = {"chamber": asset("chamber"), "room": room if room is not None else asset("room")}
    return ahead(PARTICULATE, unit, {key: asset(key) for key in LIMITS} | standards, beside, planned(unit))


def test_what_the_room_decides_is_told_of_a_section_without_points() -> None:
    """By hand: the thermometer's ± 0.3 K, rectangular, at k = 2; the monitor's readings add what only they show."""
    (one,) = [each for each in told().expected if each.section == "Temperature"]
    assert one.expanded.value_in("K") == pytest.approx(2 * 0.3 / 3**0.5, rel=1e-4)
    assert one.ratio == pytest.approx(2 * 0.3 / 3**0.5 / 2, rel=1e-4)


def test_what_depends_on_weighings_to_come_is_said_to_be_unknown_with_the_symbol() -> None:
    reasons = {each.section: each.reason.en for each in told().untold}
    assert reasons["Concentration"] == "nobody says beforehand what W of Loaded filters will be"
    assert reasons["Level"] == reasons["Concentration"]  # a reduction is known no better than what it draws on
    assert not [each for each in told().expected if each.section in {"Concentration", "Level"}]


def test_a_point_where_a_standard_was_not_specified_is_named() -> None:
    cold = evolve(
        asset("thermometer"),
        specification=(
            SpecificationLine(quantity="temperature", up_to=parse_quantity("10 °C"), figure="0.3 K", source="sheet"),
        ),
    )
    assert {each.section for each in told(thermometer=cold).outside} == {"Temperature", "Temperature again"}


def test_a_characteristic_that_the_record_lacks_is_refused_before_the_run() -> None:
    with pytest.raises(ProcedureError, match="room has no characteristic 'filter conditioning'"):
        told(room=evolve(asset("room"), characteristics=()))


def test_the_time_of_a_run_is_counted_from_its_waits_windows_and_timeouts() -> None:
    """By hand: four samplings of 4 h less one interval of 15 min, settlings of 5 min, a leak of 60 s four times."""
    found = duration(PARTICULATE, planned())
    waits = 4 * timedelta(minutes=225) + 4 * timedelta(minutes=5) + 4 * timedelta(seconds=60)
    beyond = found.least - waits.total_seconds()
    assert 0 < beyond == pytest.approx(found.readings * 1.0 + 12 * 0.5)
    assert found.most - found.least == pytest.approx(4 * (2 * 3600 - 300))
    assert found.rests == 24 * 3600
    assert found.pictures == ["chamber.svg"]
    assert found.instructions == 2 * 5 * 2 + 4  # each filter twice, before and after; each sampling once
