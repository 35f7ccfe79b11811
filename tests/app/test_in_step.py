"""Trials in step give what each of them gives alone, to the last digit but rounding."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from labctl.app.in_step import alike, in_step
from labctl.app.own_bench import own_bench
from labctl.app.procedures import find_procedure
from labctl.app.trials import Trials
from tests.procedures.flow import shortened


def trials_of(procedure: str) -> Trials:
    """Return trials of a shipped method on its own bench."""
    own = own_bench(find_procedure(procedure))
    return Trials.of(procedure, own.station, unit=own.unit)


@pytest.mark.parametrize(
    ("procedure", "seeds"),
    [
        ("pm25-monitor", (100, 101, 102)),
        ("pm25-gravimetric", (100, 102)),  # clocks complete an hour at other instants, valves close later
        ("electromagnetic-by-master-meter", (100, 102)),  # each pump comes to its own speed in its own time
        ("clinical-thermometer", (100, 101, 102)),  # each holds a highest of its own
        ("iprt", (100, 101, 102)),  # a bath, a cell and ice, two readouts, a curve through correlated results
        ("thermocouple-s", (100, 101, 102)),
    ],
)
def test_what_goes_in_step_comes_to_the_same_results_as_alone(procedure: str, seeds: Sequence[int]) -> None:
    trials = trials_of(procedure)
    found = in_step(trials, seeds)
    assert not found.strayed
    last = seeds[-1]
    assert alike(found.compared[last], trials.one(last, found.patience))


@pytest.mark.parametrize(
    ("name", "points", "diverter"),
    [
        (  # every diverter passes its middle, and every gate opens, at instants of its own
            "turbine_gravimetric",
            "nominal [m³/h], filling [s], dripping [s], repeats\n16, 10, 20, 2\n",
            "nominal [m³/h], filling [s], burst [s], bursts, dripping [s], readings, repeats\n16, 9, 3, 3, 20, 5, 2\n",
        ),
        (  # pulses of mass, of water that gets warmer
            "coriolis_gravimetric",
            "nominal [m³/h], filling [s], dripping [s], pulse_mass [kg], repeats\n16, 10, 20, 0.01, 2\n",
            "",
        ),
    ],
)
def test_what_is_weighed_goes_in_step_to_the_same_results_as_alone(
    tmp_path: Path, name: str, points: str, diverter: str
) -> None:
    trials = trials_of(shortened(name, tmp_path, points, diverter=diverter))
    found = in_step(trials, (100, 101, 102))
    assert not found.strayed
    assert alike(found.compared[102], trials.one(102, found.patience))


def test_where_every_repetition_is_judged_units_go_in_step_too(tmp_path: Path) -> None:
    """Each repetition with its own U, the worst verdict counts: a limit of 0.1 % leaves some undecided."""
    text = 'within="unit.accuracy_class"'
    method = shortened(
        "coriolis_gravimetric",
        tmp_path,
        "nominal [m³/h], filling [s], dripping [s], pulse_mass [kg], repeats\n16, 10, 20, 0.01, 3\n",
        wrong=(text, 'within="0.1 %", each="repetition"'),
    )
    trials, seeds = trials_of(method), (100, 101, 102)
    found = in_step(trials, seeds)
    assert not found.strayed
    assert alike(found.compared[seeds[-1]], trials.one(seeds[-1], found.patience))
    assert len({each.verdict for compared in found.compared.values() for each in compared}) > 1
