"""A result taken between two points of another section: its value, what stays shared, and where it is refused."""

import math
from collections.abc import Sequence
from pathlib import Path
from shutil import copytree
from statistics import stdev

import pytest
from attrs import evolve

from labctl.errors import ProcedureError
from labctl.events.kinds import Place, RepetitionFinished, RepetitionStarted
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.account import Account
from labctl.procedure.check import check
from labctl.procedure.evaluate import evaluate_point, evaluate_run
from labctl.procedure.load import load_folder
from labctl.procedure.plan import AS_FOUND, plan
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Result
from labctl.records.equipment import SpecificationLine
from tests.procedure.journals import RunInMemory, calibrator, run_of

FOLDER = Path(__file__).parent / "methods" / "between"
METHOD = load_folder(FOLDER)
SCATTER = (-30, 10, -10, 30)  # µV, about the mean
READ = {("Correction", "1 V"): 1.000_1, ("Correction", "5 V"): 5.000_9, ("Corrected", "2 V"): 2.000_5}


def begun(procedure: Procedure = METHOD) -> RunInMemory:
    run = run_of(procedure)
    limit = SpecificationLine(
        quantity="DC voltage", up_to=parse_quantity("10 V"), figure="10 ppm * abs(nominal) + 20 µV", source="made up"
    )
    source = evolve(calibrator(), specification=(limit,), sharing={"specification": "common"})
    run.started = evolve(run.started, standards={"source": source}, plan=plan(procedure, run.started.unit))
    run.begin()
    return run


def measured(run: RunInMemory, section: str, key: str, *, applied: str, shown: str) -> None:
    place = Place(phase=AS_FOUND, section=section, point=key, repetition=1, attempt=1)
    run.append(RepetitionStarted(at=run.now, place=place))
    run.setting(applied, parse_quantity(key), place)
    middle = READ.get((section, key), 5.0)
    for off in SCATTER:
        value = Quantity.of(round(middle + off * 1e-6, 7), "V")
        run.indication("meter", "dc_voltage", value, evolve(place, symbol=shown), "1 µV")
    run.append(RepetitionFinished(at=run.now, place=place))


def results(ends: Sequence[str] = ("1 V", "5 V")) -> dict[str, Result]:
    run = begun()
    for each in ends:
        measured(run, "Correction", each, applied="V_a", shown="V_i")
    for each in ("2 V", "5 V"):
        measured(run, "Corrected", each, applied="V_s", shown="V_ind")
    run.finish()
    (section,) = [each for each in evaluate_run(METHOD, run.entries).sections if each.title.en == "Corrected"]
    return {each.point: each.results[0] for each in section.points}


def test_the_value_lies_on_the_line_and_what_both_ends_rest_on_stays_shared() -> None:
    """By hand: c = -100 µV at 1 V and -900 µV at 5 V, so -300 µV at 2 V; E = 500 - 300 = 200 µV.

    The source enters E as -V_s(2 V) + 0.75 V_a(1 V) + 0.25 V_a(5 V), half-widths 40, 30 and 70 µV, all of one sharing:
    -40 + 22.5 + 17.5 = 0, it cancels. Scatter and resolution of three sets of readings remain, weighed 1, 0.75, 0.25.
    """
    found = results()["2 V"]
    assert found.value == pytest.approx(200e-6, rel=1e-9)
    s = stdev(SCATTER) / 2
    weights = 1 + 0.75**2 + 0.25**2
    assert found.u == pytest.approx(1e-6 * math.sqrt(weights * (s**2 + 0.5**2 / 3)), rel=1e-6)
    shared = [line for line in found.budget if line.effect.endswith("DC voltage specification/standard")]
    assert sum(line.percent for line in shared) == pytest.approx(0, abs=1e-9)


def test_at_a_point_of_the_other_section_it_is_that_point_s_result() -> None:
    """By hand: at 5 V both rest on one voltage, whose limit cancels."""
    found = results()["5 V"]
    assert found.value == pytest.approx(-900e-6, rel=1e-9)
    s = stdev(SCATTER) / 2
    assert found.u == pytest.approx(1e-6 * math.sqrt(2 * (s**2 + 0.5**2 / 3)), rel=1e-6)


def test_a_point_beyond_the_ends_is_refused_by_name_and_found_before_the_run(tmp_path: Path) -> None:
    copytree(FOLDER, tmp_path / "method")
    file = tmp_path / "method" / "points.csv"
    file.write_text(file.read_text("utf-8").replace("\n2, 4", "\n6, 4"), "utf-8")
    beyond = load_folder(tmp_path / "method")
    (found,) = [each for each in check(beyond) if each.code == "LP130"]
    assert found.problem.en == "section Corrected: nominal = 6 V lies outside 1 V … 5 V, where it was measured"
    run = begun(beyond)
    for each in ("1 V", "5 V"):
        measured(run, "Correction", each, applied="V_a", shown="V_i")
    measured(run, "Corrected", "6 V", applied="V_s", shown="V_ind")
    with pytest.raises(ProcedureError, match="lies outside 1 V … 5 V"):
        evaluate_point(beyond, run.started, Account.of(run.entries), AS_FOUND, "Corrected", "6 V")
