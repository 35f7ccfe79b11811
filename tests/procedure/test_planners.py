"""Points that a function makes of the unit's record: in its order, with its kinds of columns, the same every time."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from labctl.errors import ProcedureError
from labctl.metrology.quantity import Quantity
from labctl.procedure import Columns, Procedure, UnitUnderTest
from labctl.procedure.load import load_folder
from labctl.procedure.plan import plan
from tests.procedure.journals import meter

FOLDER = Path(__file__).parent / "methods" / "between"
UNIT = evolve(meter(), nameplate={"greatest": Quantity.of(5, "V")})


def keys(procedure: Procedure) -> list[str]:
    return [point.key for each in plan(procedure, UNIT) if each.section == "Corrected" for point in each.points]


def with_plan(planner: Callable[[UnitUnderTest, Sequence[Columns]], Iterable[Columns]]) -> Procedure:
    method = load_folder(FOLDER)
    method.plan("Corrected")(planner)
    return method


def test_points_are_generated_from_the_nameplate_and_reordered() -> None:
    """By hand: the rows 2 V and 5 V backwards, then 0.4 and 0.9 of the greatest voltage, 5 V."""

    def planner(unit: UnitUnderTest, rows: Sequence[Columns]) -> Iterable[Columns]:
        yield from reversed(rows)
        for share in (0.4, 0.9):
            yield {**rows[0], "nominal": unit.nameplate["greatest"] * share, "readings": 3}

    method = with_plan(planner)
    assert keys(method) == ["5 V", "2 V", "2 V #2", "4.5 V"]
    (section,) = [each for each in plan(method, UNIT) if each.section == "Corrected"]
    assert [point.columns["readings"] for point in section.points] == [4, 4, 3, 3]
    assert section.points[-1].columns["mpe"] == Quantity.of(207.5e-6, "V")  # 35 ppm of 4.5 V, 5 ppm of 10 V


def test_a_series_that_is_measured_again_has_the_same_points() -> None:
    method = with_plan(lambda _unit, rows: rows[:1])
    method.again("Corrected again", of="Corrected")
    found = {each.section: [point.key for point in each.points] for each in plan(method, UNIT)}
    assert found["Corrected again"] == found["Corrected"] == ["2 V"]


calls: list[int] = []


def restless(_unit: UnitUnderTest, rows: Sequence[Columns]) -> Iterable[Columns]:
    calls.append(1)
    return [{**rows[0], "readings": len(calls)}]


WRONG: list[tuple[Callable[[UnitUnderTest, Sequence[Columns]], Iterable[Columns]], str]] = [
    (lambda _unit, _rows: [], "gives no points"),
    (lambda _unit, rows: [{"nominal": rows[0]["nominal"]}], "gives a point without readings, with —"),
    (lambda _unit, rows: [{**rows[0], "flow": 1.0}], "gives a point without —, with flow"),
    (lambda _unit, rows: [{**rows[0], "nominal": Quantity.of(2, "A")}], "gives 2 A in column nominal"),
    (lambda _unit, rows: [{**rows[0], "nominal": 2.0}], "gives 2.0 in column nominal"),
    (lambda _unit, rows: [{**rows[0], "readings": 2.5}], "gives 2.5 in column readings"),
    (lambda unit, rows: [{**rows[0], "nominal": unit.nameplate["least"]}], "fails: KeyError: 'least'"),
    (restless, "gives other points the second time"),
]


@pytest.mark.parametrize(("planner", "words"), WRONG, ids=[each[1] for each in WRONG])
def test_points_that_cannot_be_are_refused(
    planner: Callable[[UnitUnderTest, Sequence[Columns]], Iterable[Columns]], words: str
) -> None:
    with pytest.raises(ProcedureError) as refused:
        keys(with_plan(planner))
    assert words in refused.value.problem.en
    assert "plan of Corrected" in refused.value.where


def test_a_section_has_one_plan() -> None:
    with pytest.raises(ProcedureError, match="has a plan already"):
        with_plan(lambda _unit, rows: rows).plan("Corrected")(lambda _unit, rows: rows)
