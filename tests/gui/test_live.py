"""What a person watches: a bath within its band, a tank that fills, a chamber beside its nominal value."""

from datetime import UTC, datetime, timedelta

import pytest

from labctl.app.procedures import find_procedure
from labctl.app.watching import View, Watching
from labctl.events.kinds import CommandIntended, IndicationTaken, Place, Purpose, SettingMade
from labctl.language import Language
from labctl.metrology.quantity import Quantity
from labctl_gui.presenters.graph import graph_of, mass_graph
from labctl_gui.presenters.live import Trace
from labctl_gui.presenters.rig import TANK, Rig
from labctl_gui.presenters.stability import clock, stability_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIFTY = Quantity.of(50.0, "°C")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def seen(symbol: str, seconds: float, value: Quantity, purpose: Purpose, instrument: str = "bridge") -> IndicationTaken:
    return IndicationTaken(
        at=at(seconds),
        instrument=instrument,
        method="temperature",
        arguments=(),
        exchanges=(),
        quantity=value,
        reply=b"",
        asked_at=at(seconds),
        taken_at=at(seconds),
        of=instrument,
        place=Place(section="Comparison", symbol=symbol, purpose=purpose),
    )


def settled(values: list[float], step: float = 20.0) -> Trace:
    """A bath of the platinum thermometer's method that is read every so many seconds."""
    trace = Trace(nominal=FIFTY, limit=Quantity.of(0.15, "K"), settling="t_bath", units=frozenset({"unit1"}))
    trace.watch = Watching(procedure=find_procedure("iprt")).begin("Comparison", {"nominal": FIFTY}, "t_bath")
    for number, value in enumerate(values):
        event = seen("t_bath", number * step, Quantity.of(value, "°C"), Purpose.SETTLE)
        trace.take(event)
        assert trace.watch is not None
        trace.watch.take(event.taken_at, event.quantity)
    return trace


@pytest.mark.parametrize(
    ("method", "view"),
    [
        ("dmm-dc-voltage", View.READINGS),
        ("iprt", View.BATH),
        ("turbine-gravimetric", View.TANK),
        ("pm25-monitor", View.CHAMBER),
    ],
)
def test_each_family_has_its_view(method: str, view: View) -> None:
    assert Watching(procedure=find_procedure(method)).view is view


def test_a_bath_that_drifts_is_told_apart_from_one_that_is_steady() -> None:
    drifting = stability_of(settled([40.0 + 0.1 * number for number in range(40)]).watch, Language.ENGLISH)
    assert drifting is not None
    assert not drifting.met
    assert drifting.span_part > 1.0
    assert drifting.held_part == 0.0
    assert drifting.left == "gives up in 2:47 h"
    half = stability_of(settled([49.0] * 5 + [50.001] * 16).watch, Language.CHINESE)
    assert half is not None
    assert not half.met
    assert half.held == "已稳定 5:00 min / 10:00 min"
    steady = stability_of(settled([50.001] * 31).watch, Language.ENGLISH)
    assert steady is not None
    assert steady.met
    assert (steady.held_part, steady.span) == (1.0, "span 0 mK of 20 mK")


def test_the_plot_comes_close_when_the_bath_does_and_shows_what_it_is_held_against() -> None:
    far = graph_of(settled([20.0 + 0.5 * number for number in range(20)]), Language.ENGLISH)
    assert far.y_title == "deviation / K"
    assert far.x_range[0] == 0.0
    close = graph_of(settled([30.0] * 60 + [50.02] * 31), Language.ENGLISH)
    assert close.y_title == "deviation / mK"
    assert close.x_range[0] > 0.0
    bands = {each.kind: (round(each.low, 3), round(each.high, 3)) for each in close.bands}
    assert bands == {
        "nominal": (0.0, 0.0),
        "near": (-200.0, 200.0),
        "steady": (10.0, 30.0),
    }  # of the bath, not the unit


def test_reference_and_unit_of_unlike_size_are_seen_as_changes() -> None:
    trace = Trace(nominal=FIFTY, started=NOON)
    for number in range(4):
        trace.take(seen("R_s", number, Quantity.of(25.5 + 1e-5 * number, "Ω"), Purpose.OBSERVE))
        trace.take(seen("R_x", number + 0.5, Quantity.of(119.4 + 1e-4 * number, "Ω"), Purpose.OBSERVE))
    graph = graph_of(trace, Language.ENGLISH)
    assert graph.y_title == "change / µΩ"
    assert {each.title for each in graph.curves} == {"R_s", "R_x"}
    assert all(abs(y) < 200 for each in graph.curves for y in each.ys)


def test_a_trace_beside_does_not_come_to_the_fore() -> None:
    trace = Trace(nominal=Quantity.of(50.0, "µg/m³"), started=NOON)
    trace.take(seen("C_m", 0.0, Quantity.of(47.0, "µg/m³"), Purpose.OBSERVE))
    trace.take(seen("C_s", 1.0, Quantity.of(46.0, "µg/m³"), Purpose.RECORD))
    assert trace.symbol == "C_m"
    graph = graph_of(trace, Language.ENGLISH, absolute=True)
    assert {(each.title, each.hollow, each.ys) for each in graph.curves} == {
        ("C_m", False, (47.0,)),
        ("C_s", True, (46.0,)),
    }


def test_a_tank_fills_by_flow_and_time_until_the_balance_has_shown_it() -> None:
    rig = Rig()
    rig.saw(seen("q", 0.0, Quantity.of(6.0, "m³/h"), Purpose.SETTLE))
    rig.saw(seen("W_0", 1.0, Quantity.of(0.4, "kg"), Purpose.OBSERVE))
    fill = {"instrument": "rig", "method": "fill_for", "arguments": (Quantity.of(30.0, "s"),)}
    rig.told(CommandIntended(at=at(2.0), command=b"", **fill))  # type: ignore[arg-type]
    rig.saw(seen("t_line", 17.0, Quantity.of(20.0, "°C"), Purpose.RECORD))
    assert (rig.stream, rig.seconds, rig.filling) == (TANK, 15.0, 30.0)
    assert rig.level == pytest.approx(0.4 + 25.0)  # 6 m³/h are 100 kg a minute
    assert rig.expected == pytest.approx(50.4)
    rig.done(SettingMade(at=at(32.0), exchanges=(), sent_at=at(32.0), **fill))  # type: ignore[arg-type]
    assert rig.is_estimated
    rig.saw(seen("W_1", 50.0, Quantity.of(50.1, "kg"), Purpose.OBSERVE))
    assert (rig.is_estimated, rig.level) == (False, 50.1)
    graph = mass_graph(rig, NOON, Language.ENGLISH)
    assert {each.title: len(each.xs) for each in graph.curves} == {"by flow and time": 3, "weighed": 2}


def test_durations_are_read_as_off_a_clock() -> None:
    assert [clock(each) for each in (9.4, 75, 3725)] == ["9 s", "1:15 min", "1:02 h"]
