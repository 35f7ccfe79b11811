"""Tables of results: the procedure's columns, one group of rows a range, each number at the last place of its U."""

from collections.abc import Iterable
from itertools import groupby

from attrs import evolve, frozen

from labctl.certificate.document import NOTHING, Cell, Column, Group, Origin, ResultTable
from labctl.certificate.figures import amount_in, digits, factor, freedom, given_unit, padding, place_of, plain
from labctl.certificate.plot import plots_of
from labctl.certificate.words import HEADINGS, LEGAL_VERDICTS, RULES, VERDICTS
from labctl.language import Text
from labctl.metrology.conformity import Rule, worst
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, Unit, parse_unit
from labctl.records.calibration import CalibrationRecord, Judgement, PointResult, Result, SectionResult, Table
from labctl.records.order import Kind

_TWO = "2.00"
_BARE = ("range", "nominal")


def tables_of(record: CalibrationRecord) -> tuple[ResultTable, ...]:
    """Return every section of a record as it is printed; a section without a table of its own gets a plain one."""
    declared = {each.section: each for each in record.tables}
    return tuple(_table(record, section, declared.get(section.title.en)) for section in record.sections)


def _table(record: CalibrationRecord, section: SectionResult, declared: Table | None) -> ResultTable:
    title = declared.title if declared is not None and declared.title.en else section.title
    names = _with_factor(declared.columns if declared is not None else _usual(section.points), section.points)
    grouped = "range" in names and any(isinstance(each.columns.get("range"), Quantity) for each in section.points)
    shown = tuple(name for name in names if not (grouped and name == "range"))
    legal = record.order.kind is Kind.VERIFICATION
    groups: list[Group] = []
    for _, points in groupby(section.points, key=lambda each: str(each.columns.get("range", "")) if grouped else ""):
        groups.append(_Rows.of(tuple(points), shown, section, legal=legal).group(grouped=grouped))
    rules = sorted({each.rule for point in section.points for each in point.judgements}, key=lambda each: RULES[each])
    table = ResultTable(
        phase=section.phase,
        section=section.title.en,
        title=title,
        columns=tuple(_column(name, section.points) for name in shown),
        groups=tuple(groups),
        notes=tuple((RULES[rule], Rule(rule).text) for rule in rules) if "verdict" in shown else (),
        plots=(),
    )
    return evolve(table, plots=plots_of(table.title, section))


def _usual(points: tuple[PointResult, ...]) -> tuple[str, ...]:
    """Return the columns of a section for which the procedure names none."""
    if not points:
        return ("nominal",)
    first = points[0]
    names = [name for name in _BARE if name in first.columns] or ["point"]
    for result in first.results:
        names += [result.symbol, f"U({result.symbol})"]
    return (*names, "mpe", "verdict") if any(each.judgements for each in points) else tuple(names)


def _with_factor(names: tuple[str, ...], points: tuple[PointResult, ...]) -> tuple[str, ...]:
    """Put k and the degrees of freedom behind the last U where any k prints as something else than 2.00."""
    stated = [index for index, name in enumerate(names) if name.startswith("U(")]
    if not stated or all(factor(each.k) == _TWO for point in points for each in point.results) or "k" in names:
        return names
    behind = stated[-1] + 1
    return (*names[:behind], "k", "dof", *names[behind:])


def _column(name: str, points: tuple[PointResult, ...]) -> Column:
    results = {each.symbol for point in points for each in point.results}
    if name.startswith("U("):
        return Column(name=name, heading=HEADINGS["uncertainty"], symbol=name if len(results) > 1 else "U")
    if name in results:
        heading = HEADINGS["error"] if name.split("_")[0] == "E" else HEADINGS["result"]
        return Column(name=name, heading=heading, symbol=name)
    if any(name in each.inputs for point in points for each in point.results):
        return Column(name=name, heading=HEADINGS["indication"], symbol=name)
    symbol = {"k": "k", "dof": "ν"}.get(name, "")
    heading = HEADINGS.get(name, Text(name, zh=name))
    return Column(name=name, heading=heading, symbol=symbol, number=name not in {"verdict", "point"})


@frozen
class _Rows:
    """The points of one group with the units that suit all of them."""

    points: tuple[PointResult, ...]
    names: tuple[str, ...]
    section: SectionResult
    legal: bool
    given: Unit | None  # of what was set and shown
    small: dict[str, Unit]  # of each result, its uncertainty and its limit

    @classmethod
    def of(
        cls, points: tuple[PointResult, ...], names: tuple[str, ...], section: SectionResult, *, legal: bool
    ) -> "_Rows":
        set_to = [q for point in points for name in _BARE if isinstance(q := point.columns.get(name), Quantity)]
        given = None
        if set_to:
            alike = [each for each in set_to if each.unit.dimension == set_to[0].unit.dimension]
            given = given_unit(set_to[0].unit, max(abs(each.value_in(set_to[0].unit)) for each in alike))
        small: dict[str, Unit] = {}
        for symbol in dict.fromkeys(each.symbol for point in points for each in point.results):
            found = [each for point in points for each in point.results if each.symbol == symbol]
            unit = parse_unit(found[0].unit)
            sizes = [size for each in found for size in (abs(each.value), each.expanded)]
            judged = [each for point in points for each in point.judgements if each.symbol == symbol]
            sizes += [each.limit.value_in(unit) for each in judged if not unit.is_scale]
            small[symbol] = fitting_unit(unit, max(sizes))
            if all(not isinstance(point.columns.get("nominal"), Quantity) for point in points):
                given = small[symbol]  # indications of nothing but an error, such as a zero
        return cls(points, names, section, legal, given, small)

    def group(self, *, grouped: bool) -> Group:
        """Return the group with its title, units, and decimal points in line."""
        columns = [self._filled(name) for name in self.names]
        rows = tuple(zip(*columns, strict=True)) if columns else ()
        title = NOTHING
        if grouped:
            top = self.points[0].columns["range"]
            words = _range(top) if isinstance(top, Quantity) else str(top)
            title = Text(words, zh=words)
        return Group(title=title, units=tuple(self._unit(name) for name in self.names), rows=rows)

    def _unit_of(self, quantity: Quantity) -> Unit:
        given = self.given
        return given if given is not None and given.dimension == quantity.unit.dimension else quantity.unit

    def _filled(self, name: str) -> tuple[Cell, ...]:
        """Return one column; what follows a number makes the points stand in line."""
        cells = [self._cell(point, name) for point in self.points]
        if not any(cell.number for cell in cells):
            return tuple(cells)
        pads = padding([cell.printed if cell.number else "" for cell in cells])
        return tuple(evolve(cell, pad=pad if cell.number else "") for cell, pad in zip(cells, pads, strict=True))

    def _cell(self, point: PointResult, name: str) -> Cell:
        results = {each.symbol: each for each in point.results}
        first = point.results[0] if point.results else None
        if name == "verdict":
            return self._verdict(point)
        if name.startswith("U("):
            return self._result(point, results.get(name[2:-1]), "uncertainty")
        if name in {"k", "dof"}:
            return self._result(point, first, name)
        if name in results:
            return self._result(point, results[name], "value")
        if name == "mpe":
            return self._limit(point)
        for result in point.results:
            if name in result.inputs:
                return self._input(point, result, name)
        return self._given(point, name)

    def _result(self, point: PointResult, result: Result | None, kind: str) -> Cell:
        if result is None:
            return self._empty(point, kind)
        unit = self.small[result.symbol]
        expanded = Quantity.of(result.expanded, result.unit)
        place = place_of(expanded, unit)
        match kind:
            case "uncertainty":
                words = digits(amount_in(expanded, unit), place)
            case "k":
                words = factor(result.k)
            case "dof":
                words = freedom(result.dof)
            case _:
                words = digits(Quantity.of(result.value, result.unit).value_in(unit), place)
        return self._number(point, result.symbol, kind, words)

    def _input(self, point: PointResult, result: Result, name: str) -> Cell:
        """Return an input at the last place of U: more digits would say more than is known."""
        quantity = result.inputs[name]
        unit = self._unit_of(quantity)
        expanded = Quantity.of(result.expanded, result.unit)
        same = expanded.unit.dimension == unit.dimension
        return self._number(
            point, name, "input", digits(quantity.value_in(unit), place_of(expanded, unit) if same else None)
        )

    def _limit(self, point: PointResult) -> Cell:
        """Return the limit with one digit more than U, so that rounding it decides nothing."""
        judged = point.judgements[0] if point.judgements else None
        limit = judged.limit if judged is not None else point.columns.get("mpe")
        if not isinstance(limit, Quantity):
            return self._empty(point, "limit")
        unit = self.small.get(judged.symbol, limit.unit) if judged is not None else limit.unit
        result = next((each for each in point.results if judged is not None and each.symbol == judged.symbol), None)
        place = place_of(Quantity.of(result.expanded, result.unit), unit) if result is not None else None
        words = digits(limit.value_in(unit), place / 10 if place is not None else None)
        if "." in words:
            words = words.rstrip("0").rstrip(".")
        return self._number(point, judged.symbol if judged is not None else "", "limit", words)

    def _given(self, point: PointResult, name: str) -> Cell:
        value = point.columns.get(name, point.point if name == "point" else "")
        if isinstance(value, Quantity):
            unit = self._unit_of(value)
            return self._number(point, name, "column", plain(_near(value.value_in(unit))))
        if isinstance(value, str):
            return Cell(text=Text(value, zh=value), origin=self._origin(point, name, "column"))
        return self._number(point, name, "column", plain(value))

    def _verdict(self, point: PointResult) -> Cell:
        words = LEGAL_VERDICTS if self.legal else VERDICTS
        whole = worst(tuple(each.verdict for each in point.judgements))
        if whole is None:
            return self._empty(point, "verdict")
        judged: Iterable[Judgement] = (each for each in point.judgements if each.verdict is whole)
        decisive = next(iter(judged))
        return Cell(
            text=words[whole], origin=self._origin(point, decisive.symbol, "verdict"), mark=RULES[decisive.rule]
        )

    def _number(self, point: PointResult, symbol: str, kind: str, words: str) -> Cell:
        return Cell(text=Text(words, zh=words), origin=self._origin(point, symbol, kind), number=True)

    def _empty(self, point: PointResult, kind: str) -> Cell:
        return Cell(text=Text("—", zh="—"), origin=self._origin(point, "", kind))

    def _origin(self, point: PointResult, symbol: str, kind: str) -> Origin:
        return Origin(phase=point.phase, section=point.section, point=point.point, symbol=symbol, kind=kind)

    def _unit(self, name: str) -> str:
        """Return the unit of a column; the columns of a group are in one unit each."""
        if name in {"verdict", "k", "dof", "point"}:
            return ""
        bare = name[2:-1] if name.startswith("U(") else name
        if bare in self.small:
            unit = self.small[bare]
            return _shown(unit if not (name.startswith("U(") and unit.is_scale) else unit.coherent)
        if name == "mpe":
            judged = next((each for point in self.points for each in point.judgements), None)
            limit = next((q for point in self.points if isinstance(q := point.columns.get("mpe"), Quantity)), None)
            if judged is not None:
                return _shown(self.small.get(judged.symbol, judged.limit.unit))
            return _shown(limit.unit) if limit is not None else ""
        for point in self.points:
            for result in point.results:
                if name in result.inputs:
                    return _shown(self._unit_of(result.inputs[name]))
            value = point.columns.get(name)
            if isinstance(value, Quantity):
                return _shown(self._unit_of(value))
        return ""


def _range(top: Quantity) -> str:
    unit = given_unit(top.unit, abs(top.value))
    return f"{plain(_near(top.value_in(unit)))} {unit.symbol}"


def _shown(unit: Unit) -> str:
    return "" if unit == ONE else unit.symbol


def _near(value: float) -> float:
    """Take off what a change of unit adds in binary: 0.05 V is 50 mV, not 50.00000000000001 mV."""
    return float(f"{value:.13e}")
