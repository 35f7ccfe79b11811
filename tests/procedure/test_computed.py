"""Plain functions of arrays in a model's text: exact where they keep to NumPy, labelled where they do not."""

import math
from pathlib import Path

import pytest
from attrs import evolve

from labctl.errors import ProcedureError
from labctl.events.kinds import Place, RepetitionFinished, RepetitionStarted
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure import Floats, Model, Observed
from labctl.procedure.check import check
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.load import load_folder
from labctl.procedure.plan import AS_FOUND, plan
from labctl.procedure.sources import Computed
from labctl.records.calibration import Result
from labctl.records.equipment import SpecificationLine
from tests.procedure.journals import calibrator, run_of

METHOD = load_folder(Path(__file__).parent / "methods" / "computed")


def same(v: Floats) -> Floats:
    return v


def results() -> dict[str, Result]:
    run = run_of(METHOD)
    limit = SpecificationLine(quantity="DC voltage", up_to=parse_quantity("10 V"), figure="1 mV", source="made up")
    source = evolve(calibrator(), specification=(limit,))
    run.started = evolve(run.started, standards={"source": source}, plan=plan(METHOD, run.started.unit))
    run.begin()
    place = Place(phase=AS_FOUND, section="DC voltage", point="5 V", repetition=1, attempt=1)
    run.append(RepetitionStarted(at=run.now, place=place))
    run.setting("V_s", parse_quantity("5 V"), place)
    for _ in range(4):
        run.indication("meter", "dc_voltage", Quantity.of(4.998, "V"), evolve(place, symbol="V_ind"), "1 µV")
    run.append(RepetitionFinished(at=run.now, place=place))
    run.finish()
    (section,) = evaluate_run(METHOD, run.entries).sections
    return {each.symbol: each for each in section.points[0].results}


def sensitivity(result: Result) -> float:
    return next(line.sensitivity for line in result.budget if line.symbol == "V_s")


def test_a_function_that_keeps_to_numpy_has_exact_slopes_in_its_own_units() -> None:
    """By hand: of 5000 mV, 5000 (1 - 1e-7 x 5000) = 4997.5 mV are left; the slope is 1 - 2e-7 x 5000 = 0.999."""
    found = results()["E"]
    assert found.value == pytest.approx(0.0005, rel=1e-9)
    assert sensitivity(found) == pytest.approx(-0.999, rel=1e-14)
    assert found.u == pytest.approx(math.hypot(0.999e-3 / math.sqrt(3), 0.5e-6 / math.sqrt(3)), rel=1e-9)
    assert not [each for each in found.warnings if "differences" in each.en]


def test_a_table_has_slopes_by_differences_and_its_result_says_so() -> None:
    """By hand: the table gives 10 mV at 5 V and rises by 2 mV a volt."""
    found = results()["D"]
    assert found.value == pytest.approx(-0.012, rel=1e-9)
    assert sensitivity(found) == pytest.approx(-1.002, rel=1e-9)
    (said,) = [each for each in found.warnings if "differences" in each.en]
    assert said.en == "Sensitivities of D along off are differences, not exact derivatives."
    assert "差分" in said.zh


def test_a_check_notes_the_differences_and_finds_nothing_else() -> None:
    assert [(each.code, each.severity.value) for each in check(METHOD)] == [("LP132", "note")]


def test_a_function_has_a_unit_for_each_argument_and_a_name_of_its_own() -> None:
    with pytest.raises(ProcedureError, match="Name one unit for each argument"):
        METHOD.function(units=("V", "V"), gives="V")(same)
    with pytest.raises(ProcedureError, match="Name one unit for each argument"):
        METHOD.function(units=("volts",), gives="V")(same)
    with pytest.raises(ProcedureError, match="sqrt is a function that every model knows"):
        Model("E = sqrt(V)", V=Observed(), sqrt=Computed("root", same, ("V",), "V"))
