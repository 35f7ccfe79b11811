"""The points of a run, in order: rows multiplied by the unit's ranges, with the errors permitted at each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from labctl.errors import OutsideCalibratedInterval, ProcedureError, TraceabilityError
from labctl.events.kinds import PlannedPoint, PlannedSection
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.specification import Specification
from labctl.procedure.planners import made
from labctl.procedure.points import BASIC, COUNTS, EACH, FREQUENCY, RANGE, PointTable, Row, parse_points, valued
from labctl.procedure.procedure import Procedure, Section
from labctl.records.equipment import UnitUnderTest

AS_FOUND, AS_LEFT = "as found", "as left"
"""The phases of a run: before and after an adjustment."""
PHASES: Final = {AS_FOUND: Text("as found", zh="调整前"), AS_LEFT: Text("as left", zh="调整后")}

_AS_ORDERED: Final = Text("{section}: points as ordered", zh="{section}：按委托要求的校准点")
_NOT_OF_THIS_TYPE: Final = Text("{section}: not measured ({reason})", zh="{section}：未测（{reason}）")
Columns = dict[str, Quantity | str | float]


def plan(procedure: Procedure, unit: UnitUnderTest, phases: Sequence[str] = (AS_FOUND,)) -> tuple[PlannedSection, ...]:
    """Return what will be measured of a unit, section by section, in every phase.

    Neighbouring rows that name no range of their own (`each`, `basic`) are taken range by range, upwards, so that
    the unit changes its range as seldom as possible. The mpe is the points' own column, else the unit type's.

    Raises:
        ProcedureError: the points are malformed, or ask for what the unit does not have.
    """
    planned = [(section, _points(procedure, section, unit)) for section in procedure.sections]
    return tuple(
        PlannedSection(phase=phase, section=section.name, title=section.title, points=points)
        for phase in phases
        for section, points in planned
        if points
    )


def left_out(procedure: Procedure, unit: UnitUnderTest) -> tuple[Text, ...]:
    """Return which sections are not measured of a unit's type, and why: the first line of its points without rows."""
    tables = ((section, table_of(procedure, section, unit)) for section in procedure.sections)
    return tuple(_left_out(section, table.sources[0]) for section, table in tables if not table.rows)


def as_ordered(procedure: Procedure, unit: UnitUnderTest) -> tuple[Text, ...]:
    """Return at which sections the order asks for points of its own."""
    own = (each for each in procedure.sections if each.points and ordered_name(procedure, each) in unit.ordered)
    return tuple(_AS_ORDERED.filled(section=each.title) for each in own)


def ordered_name(procedure: Procedure, section: Section) -> str:
    """Return the name under which an order has points of its own for a section."""
    return f"{procedure.name}/{section.points}"


def _left_out(section: Section, reason: str) -> Text:
    english, _, chinese = (part.strip() for part in reason.partition("|"))
    return _NOT_OF_THIS_TYPE.filled(section=section.title, reason=Text(english, zh=chinese or english))


def table_of(procedure: Procedure, section: Section, unit: UnitUnderTest | None = None) -> PointTable:
    """Return the points of a section: the order's own, else the unit type's where the folder has some, else its own.

    Its own stand in `points/<type>/`, or in `points/<set>/` where the station names a set for the type, under the name
    of the section's file; those of `points.csv` may be `points/<type>.csv` too. One of comment lines alone has no rows:
    the section is left out for that type.

    Raises:
        ProcedureError: they are missing or malformed.
    """
    if not section.points:
        return PointTable(file="", headings={}, rows=(Row(line=0, cells={}),), sources=("measured once",))
    ordered = unit.ordered.get(ordered_name(procedure, section)) if unit is not None else None
    if ordered is not None:
        return parse_points(ordered, ordered_name(procedure, section), may_be_none=True)
    for named in _own_files(section, unit) if unit is not None else ():
        if named in procedure.files:
            return parse_points(_decoded(procedure.files[named], named), named, may_be_none=True)
    if section.points not in procedure.files:
        known = ", ".join(each for each in procedure.files if each.endswith(".csv")) or "—"
        raise ProcedureError(
            where=f"section {section.name}, {section.points}",
            problem=Text("the file is not in the procedure's folder", zh="规程文件夹中没有该文件"),
            remedy=Text("Point files there are: {known}", zh="现有校准点文件：{known}").filled(known=known),
        )
    return parse_points(_decoded(procedure.files[section.points], section.points), section.points)


def _own_files(section: Section, unit: UnitUnderTest) -> tuple[str, ...]:
    """Return the files in which a unit's own points may stand: of its type, then of the set that suits its type."""
    folders = [each for each in (unit.type_name, unit.points) if each]
    alone = [f"points/{unit.type_name}.csv"] if unit.type_name and section.points == "points.csv" else []
    return (*(f"points/{each}/{section.points}" for each in folders), *alone)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProcedureError(
            where=name,
            problem=Text("is not encoded in UTF-8", zh="不是 UTF-8 编码"),
            remedy=Text("Save it as CSV in UTF-8", zh="请存为 UTF-8 编码的 CSV"),
        ) from error


def _points(procedure: Procedure, section: Section, unit: UnitUnderTest) -> tuple[PlannedPoint, ...]:
    table = table_of(procedure, section, unit)
    subject = section.subject_of(procedure.roles.unit)
    quantity = subject.quantity if subject is not None else ""
    rows = [(row, _columns(table, row, top)) for row, top in _expanded(table, unit, quantity)]
    planner = procedure.planners.get(section.name) or procedure.planners.get(section.again_of)
    if planner is not None and rows:
        given = made(planner, section.title, unit, [columns for _, columns in rows])
        rows = [(rows[0][0], columns) for columns in given]
    for row, columns in rows:
        specified = _specified(unit, quantity, columns.get("nominal"))
        if "mpe" not in columns and specified and section.points:
            columns["mpe"] = _permitted(table, row, columns, unit, specified)
    keys = _keys([columns for _, columns in rows])
    return tuple(
        PlannedPoint(key=key, columns=columns, repeats=int(_number(columns.get("repeats", 1.0))))
        for key, (_, columns) in zip(keys, rows, strict=True)
    )


def _specified(unit: UnitUnderTest, quantity: str, nominal: Quantity | str | float | None) -> str:
    """Return for which quantity the unit's type states errors: what is read, else what its nominal values are of.

    A sensor is read in ohms or volts, while its type is specified over temperature. Empty: for none, or for several.
    """
    stated = {each.quantity: each.up_to.unit for each in unit.specification}
    if quantity in stated or not isinstance(nominal, Quantity):
        return quantity if quantity in stated else ""
    alike = [name for name, each in stated.items() if each.dimension == nominal.unit.dimension]
    return alike[0] if len(alike) == 1 else ""


def _number(value: Quantity | str | float) -> float:
    return value if isinstance(value, float | int) else 1.0


def _expanded(table: PointTable, unit: UnitUnderTest, quantity: str) -> Iterable[tuple[Row, Quantity | None]]:
    """Return the rows with the upper end of their range, multiplied where they are for each range."""
    block: list[Row] = []
    for row in table.rows:
        chosen = row.cells.get(RANGE)
        if isinstance(chosen, str):
            block.append(row)
            continue
        yield from _by_range(table, block, unit, quantity)
        block = []
        yield row, _top(table, row)
    yield from _by_range(table, block, unit, quantity)


def _top(table: PointTable, row: Row) -> Quantity | None:
    chosen, heading = row.cells.get(RANGE), table.headings.get(RANGE)
    found = valued(heading, chosen, None) if heading is not None and chosen is not None else None
    return found if isinstance(found, Quantity) else None


def _by_range(
    table: PointTable, rows: Sequence[Row], unit: UnitUnderTest, quantity: str
) -> Iterable[tuple[Row, Quantity | None]]:
    if not rows:
        return
    tops = unit.ranges.get(quantity, ())
    basic = unit.basic_range.get(quantity)
    asked = {row.cells[RANGE] for row in rows}
    if (EACH in asked and not tops) or (BASIC in asked and basic is None):
        raise table.refused(
            rows[0].line,
            RANGE,
            Text("{unit} has no {quantity} ranges on record", zh="{unit} 未登记 {quantity} 的量程").filled(
                unit=unit.type_name or unit.identity.model, quantity=quantity or "—"
            ),
            Text(
                "Add ranges and basic_range to its unit type in the station, or write the range",
                zh="请在台位文件中为该型号补充 ranges 和 basic_range，或在此直接写量程",
            ),
        )
    every = {*tops, basic} if basic is not None else {*tops}
    for top in sorted(every):
        for row in rows:
            if (row.cells[RANGE] == EACH and top in tops) or (row.cells[RANGE] == BASIC and top == basic):
                yield row, top


def _columns(table: PointTable, row: Row, top: Quantity | None) -> Columns:
    columns = {name: valued(heading, row.cells[name], top) for name, heading in table.headings.items()}
    if top is not None:
        columns[RANGE] = top
    return columns


def _permitted(
    table: PointTable, row: Row, columns: Mapping[str, Quantity | str | float], unit: UnitUnderTest, quantity: str
) -> Quantity:
    """Return the maximum permissible error by the unit type; without a nominal value that of zero."""
    top, nominal, hertz = columns.get(RANGE), columns.get("nominal"), columns.get(FREQUENCY)
    if not isinstance(nominal, Quantity):
        nominal = Quantity(0.0, top.unit) if isinstance(top, Quantity) else None
    if nominal is None:
        raise table.refused(
            row.line,
            "nominal",
            Text("is missing", zh="缺失"),
            Text("Add a column nominal or range", zh="请添加 nominal 或 range 列"),
        )
    specification = Specification(unit.specification, owner=unit.type_name or unit.identity.model)
    try:
        return specification.limit(
            quantity,
            nominal,
            top if isinstance(top, Quantity) else None,
            frequency=hertz if isinstance(hertz, Quantity) else None,
        ).half_width
    except OutsideCalibratedInterval as error:
        raise table.refused(
            row.line,
            "nominal",
            error.text(),
            Text("Change the point, or the specification of the unit type", zh="请修改校准点或该型号的技术指标"),
        ) from error
    except TraceabilityError as error:
        raise table.refused(
            row.line, "mpe", error.text(), Text("Correct the unit type", zh="请更正型号数据")
        ) from error


def _keys(rows: Sequence[Mapping[str, Quantity | str | float]]) -> list[str]:
    """Return a name for each row that people can type: its range, nominal value and words; repeated ones numbered."""
    keys: list[str] = []
    seen: dict[str, int] = {}
    for columns in rows:
        naming = [str(value) for name, value in columns.items() if name not in {*COUNTS, "mpe"}]
        key = ", ".join(naming) or "1"
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key} #{seen[key]}")
    return keys
