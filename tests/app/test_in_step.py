"""Trials in step give what each of them gives alone, to the last digit but rounding."""

from collections.abc import Sequence

import pytest

from labctl.app.in_step import alike, in_step
from labctl.app.own_bench import own_bench
from labctl.app.procedures import find_procedure
from labctl.app.trials import Trials


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
