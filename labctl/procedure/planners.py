"""Points that an author's function makes of a section's rows and of the unit's record, before anything is measured."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from labctl.errors import LabctlError, ProcedureError
from labctl.language import Text
from labctl.metrology.interval import as_written
from labctl.metrology.quantity import Quantity
from labctl.procedure.points import COUNTS
from labctl.records.equipment import UnitUnderTest

Columns = dict[str, Quantity | str | float]
"""One point: its cells by column."""
Planner = Callable[[UnitUnderTest, Sequence[Columns]], Iterable[Columns]]
"""Gives the points of a section, in their order, from the unit's record and the rows of its file."""


def made(planner: Planner, title: Text, unit: UnitUnderTest, rows: Sequence[Columns]) -> list[Columns]:
    """Return the points that a function makes of the rows of a section.

    Raises:
        ProcedureError: it fails, gives none, gives other ones the second time, or a point has not the columns of the
            rows.
    """
    first, second = (_called(planner, title, unit, rows) for _ in range(2))
    if first != second:
        raise _refusal(title, Text("gives other points the second time", zh="两次给出的校准点不同"))
    if not first:
        raise _refusal(title, Text("gives no points", zh="没有给出校准点"))
    for each in first:
        _fits(title, each, rows[0])
    return first


def _called(planner: Planner, title: Text, unit: UnitUnderTest, rows: Sequence[Columns]) -> list[Columns]:
    try:
        given = [dict(each) for each in planner(unit, [dict(each) for each in rows])]
    except LabctlError as error:
        raise _refusal(title, error.text()) from error
    except Exception as error:
        words = Text("fails: {error}", zh="出错：{error}").filled(error=f"{type(error).__name__}: {error}")
        raise _refusal(title, words) from error
    return [
        {name: as_written(cell) if isinstance(cell, Quantity) else cell for name, cell in each.items()}
        for each in given
    ]


def _fits(title: Text, point: Columns, like: Columns) -> None:
    """Refuse a point that has not the columns of the rows, each of its kind."""
    lacking, more = like.keys() - point.keys(), point.keys() - like.keys()
    if lacking or more:
        words = Text("gives a point without {lacking}, with {more}", zh="给出的校准点缺少 {lacking}，多出 {more}")
        raise _refusal(title, words.filled(lacking=_listed(lacking), more=_listed(more)))
    for name, cell in point.items():
        if not _alike(cell, like[name]) or (name in COUNTS and not _counts(cell)):
            words = Text("gives {cell} in column {name}", zh="在列 {name} 中给出 {cell}")
            raise _refusal(title, words.filled(cell=cell, name=name))


def _alike(cell: Quantity | str | float, like: Quantity | str | float) -> bool:
    if isinstance(cell, Quantity) and isinstance(like, Quantity):
        return cell.unit.dimension == like.unit.dimension and cell.unit.is_scale == like.unit.is_scale
    return isinstance(cell, str) is isinstance(like, str) and isinstance(cell, Quantity) is isinstance(like, Quantity)


def _counts(cell: Quantity | str | float) -> bool:
    return isinstance(cell, int | float) and cell == int(cell) and cell >= 1


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "—"


def _refusal(title: Text, problem: Text) -> ProcedureError:
    return ProcedureError(
        where=Text("plan of {section}", zh="{section}的校准点函数").filled(section=title).en,
        problem=problem,
        remedy=_LIKE_ROWS,
    )


_LIKE_ROWS: Final = Text(
    "Return dictionaries with the columns of the rows, made of these and of the unit's record alone",
    zh="请返回与各行列名相同的字典，且仅由这些行和被测对象的记录得出",
)
