"""Rows of a table of results: one group of points in one set of units, each number at the last place of its U."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import floor, log10
from types import MappingProxyType
from typing import Final

from attrs import evolve, frozen

from labctl.certificate.document import NOTHING, Cell, Group, Origin
from labctl.certificate.figures import amount_in, digits, factor, freedom, given_unit, near, padding, place_of, plain
from labctl.certificate.words import COLUMN_WORDS, RULES
from labctl.language import Text
from labctl.metrology.conformity import Side, worst
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, Unit, parse_unit
from labctl.records.calibration import PointResult, Result

BARE = ("range", "nominal")
"""Columns of what was set."""
_EXACT = 5  # digits up to which a limit is printed as it is
_MOST = 7  # digits of a value whose uncertainty is nil
_STATISTIC = 3  # digits of a value of which no uncertainty is stated
_FINEST = 9  # digits of a correlation coefficient at the most
SIGNS: Final = {Side.WITHIN.value: "±", Side.AT_MOST.value: "≤", Side.AT_LEAST.value: "≥"}
_UNITLESS = frozenset({"verdict", "k", "dof", "point"})


@frozen
class Rows:
    """The points of one group with the units that suit all of them."""

    points: tuple[PointResult, ...]
    names: tuple[str, ...]
    legal: bool
    given: Unit | None  # of what was set and shown
    small: dict[str, Unit]  # of each result, its uncertainty and its limit

    @classmethod
    def of(
        cls,
        points: tuple[PointResult, ...],
        names: tuple[str, ...],
        *,
        legal: bool,
        units: Mapping[str, Unit] = MappingProxyType({}),
    ) -> "Rows":
        """Return the rows with units in which the largest number has one to three digits before the point.

        Args:
            points: of the group.
            names: of the columns.
            legal: the words of a verification stand for the verdicts.
            units: of results, where the procedure names them.
        """
        small = {
            symbol: units[symbol] if symbol in units else _small_unit(points, symbol)
            for symbol in dict.fromkeys(each.symbol for point in points for each in point.results)
        }
        nominal = any(isinstance(point.columns.get("nominal"), Quantity) for point in points)
        given = _given_unit(points) if nominal else next(iter(small.values()), None)
        return cls(points, names, legal, given, small)

    def group(self, *, grouped: bool) -> Group:
        """Return the group with its units, decimal points in line; its title is the range where it is one."""
        columns = [self._filled(name) for name in self.names]
        rows = tuple(zip(*columns, strict=True)) if columns else ()
        title = NOTHING
        if grouped:
            top = self.points[0].columns["range"]
            words = _range(top) if isinstance(top, Quantity) else str(top)
            title = Text(words, zh=words)
        return Group(title=title, units=tuple(self._unit(name) for name in self.names), rows=rows, sign=self._sign())

    def _sign(self) -> str:
        """Return what stands before the limits: nothing where they are not all of one kind."""
        sides = {judged.side for point in self.points for judged in point.judgements[:1]}
        return SIGNS[sides.pop()] if len(sides) == 1 else "" if sides else "±"

    def _filled(self, name: str) -> tuple[Cell, ...]:
        """Return one column; what follows a number makes the points stand in line."""
        cells = _even(self._cell(point, name) for point in self.points)
        pads = padding([cell.printed if cell.number else "" for cell in cells])
        return tuple(evolve(cell, pad=pad if cell.number else "") for cell, pad in zip(cells, pads, strict=True))

    def _cell(self, point: PointResult, name: str) -> Cell:
        results = {each.symbol: each for each in point.results}
        uncertain = [each for each in self.names if each.startswith("U(")]
        last = results.get(uncertain[-1][2:-1]) if uncertain else None  # whose k stands behind it
        source = next((each for each in point.results if name in each.inputs), None)
        if name == "verdict":
            cell = self._verdict(point)
        elif name == "mpe":
            cell = self._limit(point)
        elif name in {"k", "dof"}:
            cell = self._result(point, last, name)
        elif name.startswith("U("):
            cell = self._result(point, results.get(name[2:-1]), "uncertainty")
        elif name.startswith("r("):
            cell = _correlation(point, name)
        elif name in results:
            cell = self._result(point, results[name], "value")
        elif source is not None:
            cell = self._input(point, source, name)
        else:
            cell = self._given(point, name)
        return cell

    def _result(self, point: PointResult, result: Result | None, kind: str) -> Cell:
        if result is None:
            return _empty(point, kind)
        unit = self.small[result.symbol]
        expanded = Quantity.of(result.expanded, result.unit)
        if not result.k:
            return self._statistic(point, result, kind)
        match kind:
            case "uncertainty":
                words = digits(amount_in(expanded, unit), place_of(expanded, unit))
            case "k":
                words = factor(result.k)
            case "dof":
                words = freedom(result.dof)
            case _:
                words = _valued(Quantity.of(result.value, result.unit).value_in(unit), place_of(expanded, unit))
        return _number(point, result.symbol, kind, words)

    def _statistic(self, point: PointResult, result: Result, kind: str) -> Cell:
        """Return a result of which no uncertainty is stated: its value to three digits, nothing else."""
        if kind != "value":
            return _empty(point, kind)
        value = Quantity.of(result.value, result.unit).value_in(self.small[result.symbol])
        return _number(point, result.symbol, kind, plain(float(f"{value:.{_STATISTIC}g}")))

    def _input(self, point: PointResult, result: Result, name: str) -> Cell:
        """Return an input at the last place of U: more digits would say more than is known."""
        quantity = result.inputs[name]
        unit = self._unit_of(quantity)
        expanded = Quantity.of(result.expanded, result.unit)
        place = place_of(expanded, unit) if expanded.unit.dimension == unit.dimension else None
        return _number(point, name, "input", digits(quantity.value_in(unit), place))

    def _limit(self, point: PointResult) -> Cell:
        """Return the limit as it is; one of many digits with one more than U, so that rounding it decides nothing."""
        judged = point.judgements[0] if point.judgements else None
        limit = judged.limit if judged is not None else point.columns.get("mpe")
        if not isinstance(limit, Quantity):
            return _empty(point, "limit")
        unit = self.small.get(judged.symbol, limit.unit) if judged is not None else limit.unit
        result = next((each for each in point.results if judged is not None and each.symbol == judged.symbol), None)
        words = plain(near(amount_in(limit, unit)))
        place = place_of(Quantity.of(result.expanded, result.unit), unit) if result is not None else None
        if place is None and len(words.replace(".", "").strip("0")) > _EXACT:
            words = plain(float(f"{amount_in(limit, unit):.{_EXACT - 1}g}"))
        if place is not None and len(words.replace(".", "").strip("0")) > _EXACT:
            words = digits(amount_in(limit, unit), place / 10)
            words = words.rstrip("0").rstrip(".") if "." in words else words
        return _number(point, judged.symbol if judged is not None else "", "limit", words)

    def _given(self, point: PointResult, name: str) -> Cell:
        value = point.columns.get(name, point.point if name == "point" else "")
        if isinstance(value, Quantity):
            return _number(point, name, "column", plain(near(value.value_in(self._unit_of(value)))))
        if isinstance(value, str):
            return Cell(text=COLUMN_WORDS.get(value, Text(value, zh=value)), origin=_origin(point, name, "column"))
        return _number(point, name, "column", plain(value))

    def _verdict(self, point: PointResult) -> Cell:
        whole = worst(tuple(each.verdict for each in point.judgements))
        if whole is None:
            return _empty(point, "verdict")
        decisive = next(each for each in point.judgements if each.verdict is whole)
        words = whole.said(legal=self.legal)
        marks = dict.fromkeys(RULES[each.rule] for each in point.judgements)
        return Cell(text=words, origin=_origin(point, decisive.symbol, "verdict"), mark=", ".join(marks))

    def _unit_of(self, quantity: Quantity) -> Unit:
        given, own = self.given, quantity.unit
        alike = given is not None and (given.dimension, given.is_scale) == (own.dimension, own.is_scale)
        return given if given is not None and alike else own

    def _unit(self, name: str) -> str:
        """Return the unit of a column; a column of a group is in one unit."""
        if name in _UNITLESS or name.startswith("r("):
            return ""
        unit = self._result_unit(name)
        if unit is None:
            shown = [
                found
                for point in self.points
                for found in (*(each.inputs.get(name) for each in point.results), point.columns.get(name))
                if isinstance(found, Quantity)
            ]
            unit = self._unit_of(shown[0]) if shown else ONE
        return "" if unit == ONE else unit.symbol

    def _result_unit(self, name: str) -> Unit | None:
        """Return the unit of a result, its uncertainty or its limit; None for any other column."""
        if name in self.small:
            return self.small[name]
        if name.startswith("U("):
            unit = self.small.get(name[2:-1], ONE)
            return unit.coherent if unit.is_scale else unit
        if name == "mpe":
            judged = next((each for point in self.points for each in point.judgements), None)
            return self.small.get(judged.symbol, judged.limit.unit) if judged is not None else None
        return None


def _even(cells: Iterable[Cell]) -> list[Cell]:
    """Return cells in which a nought has as many decimals as the others show: it was found, not left out.

    Results with a U have their own last place; this is for those of which none is stated, such as differences.
    """
    found = list(cells)
    most = max((len(each.printed.partition(".")[2]) for each in found if each.number), default=0)
    return [
        evolve(each, text=Text(nought, zh=nought))
        if most and each.printed == "0" and each.origin.kind == "value" and (nought := f"{0:.{most}f}")
        else each
        for each in found
    ]


def _small_unit(points: tuple[PointResult, ...], symbol: str) -> Unit:
    found = [each for point in points for each in point.results if each.symbol == symbol]
    unit = parse_unit(found[0].unit)
    sizes = [size for each in found for size in (abs(each.value), each.expanded)]
    judged = [each for point in points for each in point.judgements if each.symbol == symbol]
    sizes += [amount_in(each.limit, unit) for each in judged]
    return fitting_unit(unit, max(sizes))


def _given_unit(points: tuple[PointResult, ...]) -> Unit | None:
    set_to = [q for point in points for name in BARE if isinstance(q := point.columns.get(name), Quantity)]
    alike = [each for each in set_to if each.unit.dimension == set_to[0].unit.dimension]
    if not alike or alike[0].unit.is_scale:
        return alike[0].unit if alike else None
    return given_unit(alike[0].unit, max(abs(each.value_in(alike[0].unit)) for each in alike))


def _range(top: Quantity) -> str:
    unit = given_unit(top.unit, abs(top.value))
    return f"{plain(near(top.value_in(unit)))} {unit.symbol}"


def _correlation(point: PointResult, name: str) -> Cell:
    """Return a correlation coefficient, with three digits of what it lacks of 1 (JCGM 100:2008, 7.2.6)."""
    found = next((each.r for each in point.correlations if f"r({each.a}, {each.b})" == name), None)
    if found is None:
        return _empty(point, "correlation")
    lacking = 1 - abs(found)
    places = min(max(_STATISTIC, _STATISTIC - 1 - floor(log10(lacking))), _FINEST) if lacking > 0 else _STATISTIC
    words = f"{found:.{places}f}"
    return _number(point, name, "correlation", words if float(words) else words.removeprefix("-"))


def _number(point: PointResult, symbol: str, kind: str, words: str) -> Cell:
    return Cell(text=Text(words, zh=words), origin=_origin(point, symbol, kind), number=True)


def _empty(point: PointResult, kind: str) -> Cell:
    return Cell(text=Text("—", zh="—"), origin=_origin(point, "", kind))


def _origin(point: PointResult, symbol: str, kind: str) -> Origin:
    return Origin(phase=point.phase, section=point.section, point=point.point, symbol=symbol, kind=kind)


def _valued(value: float, place: Decimal | None) -> str:
    """Return a result at the last place of its U; where that is nil, not to the last digit of the arithmetic."""
    return digits(value, place) if place is not None else plain(float(f"{value:.{_MOST}g}"))
