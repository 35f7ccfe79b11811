"""Points as tables: a CSV with units in its header, its source in comment lines, every mistake with its place."""

import csv
import io
import re
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Final

from attrs import frozen

from labctl.errors import ProcedureError, UnknownUnit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit, parse_unit

RANGE: Final = "range"
FREQUENCY: Final = "frequency"
"""The column that chooses among lines of a specification that hold in bands of frequencies."""
EACH, BASIC = "each", "basic"
"""What a range may be instead of a value: a row for every range of the unit, or for its best."""
COUNTS: Final = ("readings", "repeats")

MOST: Final = 1_000_000
"""The greatest number of readings or repetitions; more is a mistake in writing."""
_DIGITS: Final = re.compile(r"[+\-−]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_OTHER_SEPARATORS: Final = ";\t，；、"
_HEADING: Final = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\[([^\]]+)\])?\s*")


@frozen(kw_only=True)
class Heading:
    """A column: its name, and the unit of its numbers; `range` where they are fractions of the range."""

    name: str
    unit: Unit | None = None
    of_range: bool = False


@frozen(kw_only=True)
class Row:
    """One row as it was read; numbers stay decimal until they have their unit."""

    line: int
    cells: dict[str, Decimal | str]


@frozen(kw_only=True)
class PointTable:
    """The rows of one file, and where its figures come from."""

    file: str
    headings: dict[str, Heading]
    rows: tuple[Row, ...]
    sources: tuple[str, ...]

    def refused(self, line: int, column: str, problem: Text, remedy: Text) -> ProcedureError:
        """Return the error for a mistake in a cell."""
        where = f"{self.file}, line {line}" + (f", column {column}" if column else "")
        return ProcedureError(where=where, problem=problem, remedy=remedy)


def read_points(path: Path) -> PointTable:
    """Return the points of a file.

    Raises:
        ProcedureError: the file is missing or malformed; with file, line, column and what to write instead.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProcedureError(where=path.name, problem=_UNREADABLE.filled(error=error), remedy=_SAVE_UTF8) from error
    return parse_points(text, path.name)


def parse_points(text: str, file: str, *, may_be_none: bool = False) -> PointTable:
    """Return the points of a text; with `may_be_none` comment lines alone say why there are none.

    Raises:
        ProcedureError: as `read_points`.
    """
    table = PointTable(file=file, headings={}, rows=(), sources=())
    sources: list[str] = []
    rows: list[Row] = []
    headings: list[Heading] = []
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)  # whatever a system ends its lines with
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if cells[0].lstrip().startswith("#"):
                sources.append(",".join(cells).lstrip("# ").strip())
            elif not headings:
                headings = _headings(table, cells, reader.line_num)
            else:
                rows.append(_row(table, headings, cells, reader.line_num))
    except csv.Error as error:
        raise table.refused(reader.line_num, "", _NO_CSV.filled(error=error), _SAVE_UTF8) from error
    if not rows and not (may_be_none and sources and not headings):
        raise table.refused(max(reader.line_num, 1), "", Text("holds no points", zh="没有校准点"), _ADD_ROWS)
    return PointTable(
        file=file, headings={each.name: each for each in headings}, rows=tuple(rows), sources=tuple(sources)
    )


def _headings(table: PointTable, cells: list[str], line: int) -> list[Heading]:
    headings: list[Heading] = []
    for cell in cells:
        heading = _heading(table, cell, line)
        if heading.name in {each.name for each in headings}:
            raise table.refused(line, heading.name, Text("stands here twice", zh="重复"), _REMOVE_ONE)
        headings.append(heading)
    for each in headings:
        if each.of_range and RANGE not in {other.name for other in headings}:
            raise table.refused(
                line,
                each.name,
                Text("is a fraction of the range, but no column gives the range", zh="为量程的分数，但没有量程列"),
                _ADD_RANGE,
            )
    return headings


def _heading(table: PointTable, cell: str, line: int) -> Heading:
    found = _HEADING.fullmatch(cell)
    if found is None:
        remedy = _SAVE_UTF8 if any(each in cell for each in _OTHER_SEPARATORS) else _half_width(cell, _WRITE_HEADING)
        raise table.refused(line, cell.strip() or "—", Text("is no column title", zh="不是有效的列标题"), remedy)
    name, unit = found[1], found[2]
    if name in COUNTS and unit is not None:
        raise table.refused(line, name, Text("is a number of times, in no unit", zh="是次数，没有单位"), _NO_UNIT)
    if unit is None:
        return Heading(name=name)
    if unit.strip() == RANGE:
        return Heading(name=name, of_range=True)
    try:
        return Heading(name=name, unit=parse_unit(unit.strip()))
    except UnknownUnit as error:
        raise table.refused(line, name, error.text(), _WRITE_HEADING) from error


def _row(table: PointTable, headings: list[Heading], cells: list[str], line: int) -> Row:
    if len(cells) != len(headings):
        raise table.refused(
            line,
            "",
            Text("{found} values, the header has {needed} columns", zh="有 {found} 个值，表头有 {needed} 列").filled(
                found=len(cells), needed=len(headings)
            ),
            _FILL_ROW,
        )
    return Row(
        line=line,
        cells={each.name: _cell(table, each, cell.strip(), line) for each, cell in zip(headings, cells, strict=True)},
    )


def _cell(table: PointTable, heading: Heading, cell: str, line: int) -> Decimal | str:
    if heading.name == RANGE and cell in {EACH, BASIC}:
        return cell
    number = _number(cell)
    if heading.name in COUNTS and (number is None or not 1 <= number <= MOST or number != int(number)):
        remedy = _half_width(cell, _WRITE_WHOLE)
        raise table.refused(line, heading.name, _NOT.filled(cell=cell or "—", wanted=_WHOLE), remedy)
    if not cell:
        raise table.refused(line, heading.name, Text("is empty", zh="为空"), _FILL_ROW)
    if heading.unit is None and not heading.of_range:
        return cell if number is None else number
    if number is None:
        wanted = _RANGE_WORDS if heading.name == RANGE else _NUMBER
        remedy = _half_width(cell, _UNIT_IN_HEADER)
        raise table.refused(line, heading.name, _NOT.filled(cell=cell, wanted=wanted), remedy)
    return number


def _number(cell: str) -> Decimal | None:
    """Return the number that a cell is; None where it is none, or none that could be a value."""
    if not _DIGITS.fullmatch(cell):
        return None
    number = Decimal(cell.replace("−", "-"))
    return number if isfinite(float(number)) else None


def _half_width(cell: str, otherwise: Text) -> Text:
    """Return the remedy for a cell: where it holds characters of full width, that they are to be half as wide."""
    return _HALF_WIDTH if any("\uff01" <= each <= "\uff5e" or each == "\u3000" for each in cell) else otherwise


def valued(heading: Heading, cell: Decimal | str, top: Quantity | None) -> Quantity | str | float:
    """Return a cell as the plan has it: a quantity, a pure number, or words; a fraction of the range times its top."""
    if isinstance(cell, str):
        return cell
    if heading.of_range and top is not None:
        return Quantity(float(cell * Decimal(repr(top.value))), top.unit)
    return Quantity(float(cell), heading.unit) if heading.unit is not None else float(cell)


_UNREADABLE: Final = Text("cannot be read ({error})", zh="无法读取（{error}）")
_SAVE_UTF8: Final = Text(
    "Save it as CSV in UTF-8, one header line, values separated by commas",
    zh="请存为 UTF-8 编码的 CSV，一行表头，逗号分隔",
)
_NO_CSV: Final = Text("is no CSV ({error})", zh="不是有效的 CSV（{error}）")
_HALF_WIDTH: Final = Text("Write it in half-width characters", zh="请改用半角字符")
_NO_UNIT: Final = Text("Write the name alone: repeats, readings", zh="请只写列名：repeats、readings")
_ADD_ROWS: Final = Text("Add a row below the header", zh="请在表头下添加行")
_REMOVE_ONE: Final = Text("Remove or rename one of the two columns", zh="请删除或重命名其中一列")
_ADD_RANGE: Final = Text("Add a column range [V]", zh="请添加列 range [V]")
_WRITE_HEADING: Final = Text(
    "Write a name, with its unit in brackets: nominal [V], nominal [range], readings",
    zh="请写列名，单位放在方括号内：nominal [V]、nominal [range]、readings",
)
_FILL_ROW: Final = Text("Give one value for each column", zh="请为每列各给一个值")
_NOT: Final = Text("{cell!r} is no {wanted}", zh="{cell!r} 不是{wanted}")
_NUMBER: Final = Text("number", zh="数")
_WHOLE: Final = Text("whole number from 1 to 1000000", zh="1 至 1000000 的整数")
_RANGE_WORDS: Final = Text("range", zh="量程")
_WRITE_WHOLE: Final = Text("Write how many, for example 10", zh="请写次数，如 10")
_UNIT_IN_HEADER: Final = Text(
    "Write a plain number, its unit stands in the header; a range may also be each or basic",
    zh="请只写数，单位写在表头；量程也可写 each 或 basic",
)
