"""One line of the results table: digits rounded by the one rounding, and where the error lies within its limit."""

import math
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from labctl.app.readable import SIGNS, printed_units, unit_for
from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity, shortest
from labctl.metrology.rounding import last_place, report, round_to
from labctl.metrology.units import Unit, parse_unit
from labctl.records.calibration import BudgetLine, PointResult, Result, Table
from labctl.records.sources import source_in_both
from labctl_gui.presenters.live import named
from labctl_gui.presenters.words import marked

_PLAIN = 5  # digits of a limit that are shown as they are
RULES: dict[str, Text] = {
    "third": Text("U ≤ MPE/3", zh="U ≤ MPEV/3"),
    "guarded": Text("guarded by U", zh="按 U 保护带"),
}


@frozen(kw_only=True)
class ResultRow:
    """A point's result, ready to be shown; fractions are of the permissible error."""

    key: tuple[str, str, str]
    title: str  # of its section
    point: str
    span: str  # the range
    indication: str
    error: str
    expanded: str
    k: str
    limit: str
    unit: str
    verdict: Verdict | None
    verdict_text: str
    rule: str
    error_fraction: float | None
    expanded_fraction: float | None
    attempts: int
    result: Result | None
    unit_title: str = ""  # whose it is, of several units


def row_of(
    point: PointResult,
    language: Language,
    *,
    title: str = "",
    resolutions: Mapping[str, Quantity] | None = None,
    tables: Sequence[Table] = (),
    of_unit: Collection[str] = (),
    wanted: Collection[str] = (),
    legal: bool = False,
) -> ResultRow:
    """Return the line of a point: its judged result, or one that would be judged, that is printed, or stands first.

    Args:
        point: as it was evaluated.
        language: of every word.
        title: of its section; stands for the point where it has no nominal value.
        resolutions: of the instruments that showed each series, by symbol.
        tables: of the method, which say what of the section is printed, in which order and units.
        of_unit: symbols of the series that the unit under test showed.
        wanted: symbols that the method judges, whether or not a statement of conformity was agreed for this unit.
        legal: whether the unit is verified.
    """
    judgement = point.judgements[0] if point.judgements else None
    result = next((each for each in point.results if judgement and each.symbol == judgement.symbol), None)
    result = result or next((each for each in point.results if each.symbol in wanted), None)
    by_symbol = {each.symbol: each for each in point.results}
    tabled = (name for table in tables if table.section == point.section for name in table.names)
    result = result or next((by_symbol[each] for each in tabled if each in by_symbol), None)
    result = result or (point.results[0] if point.results else None)
    limit = judgement.limit if judgement else None
    error = expanded = limit_text = unit = indication = ""
    nominal = point.columns.get("nominal")
    if result is not None:
        shown = unit_for(result, limit, nominal, printed_units(tables).get((point.section, result.symbol), ""))
        value, u = (Quantity.of(each, result.unit).value_in(shown) for each in (result.value, result.expanded))
        unit = shown.symbol
        if not result.k:  # a statistic: no uncertainty is stated
            u = 0.0
        error, expanded = report(value, u) if u > 0 else (f"{value:.4g}", "")
        limit_text = _limit(limit.value_in(shown), u) if limit is not None else ""
        given = nominal.unit if isinstance(nominal, Quantity) else shown
        meant = judgement is not None or result.symbol in wanted
        indication = _indication(result, given, resolutions or {}, of_unit) if meant else ""
    half = limit.value_in(result.unit) if limit is not None and result is not None else 0.0
    return ResultRow(
        key=(point.phase, point.section, point.point),
        title=title or point.section,
        point=(_text(nominal) or _named(point) or title or point.section) + _again(point),
        span=_text(point.columns.get("range")),
        indication=indication,
        error=signed(error)
        if judgement or result is None or result.symbol in wanted
        else f"{result.symbol} = {error.replace('-', '−')}",
        expanded=expanded,
        k=f"{result.k:.2f}" if result is not None and result.k else "",
        limit=f"{SIGNS[judgement.side].strip()} {limit_text}" if limit_text and judgement else "",
        unit=unit,
        verdict=judgement.verdict if judgement else None,
        verdict_text=marked(judgement.verdict, legal=legal).within(language) if judgement else "",
        rule=RULES[judgement.rule].within(language) if judgement and judgement.rule in RULES else "",
        error_fraction=result.value / half if result is not None and half > 0 else None,
        expanded_fraction=(result.expanded if result.k else 0.0) / half if result is not None and half > 0 else None,
        attempts=point.attempts,
        result=result,
    )


def signed(digits: str) -> str:
    """Return digits with a sign that aligns: a plus, or a true minus."""
    if not digits:
        return ""
    return "−" + digits[1:] if digits.startswith("-") else "+" + digits


def _limit(limit: float, expanded: float) -> str:
    """Return a limit as it is; one of many digits with one more than U, so that rounding it decides nothing.

    The same words stand on the certificate.
    """
    words = f"{Decimal(shortest(float(f'{limit:.13e}'))):f}"
    if expanded > 0 and len(words.replace(".", "").strip("0")) > _PLAIN:
        words = f"{round_to(limit, last_place(expanded) / 10):f}"
        words = words.rstrip("0").rstrip(".") if "." in words else words
    return words


def _named(point: PointResult) -> str:
    return named(point.columns) if point.columns.get("range") is None else ""


def _again(point: PointResult) -> str:
    """Return the mark of a point that was measured again: every attempt is kept, the last one counts."""
    extra = point.attempts - len(point.reported)
    return f"  ↻{extra + 1}" if extra > 0 else ""


def _text(column: Quantity | str | float | None) -> str:
    return "" if column is None else str(column).replace("-", "−")


def _indication(result: Result, unit: Unit, resolutions: Mapping[str, Quantity], of_unit: Collection[str]) -> str:
    """Return the mean that was shown, to one digit beyond the instrument's resolution."""
    symbol = next((each for each in result.inputs if each in of_unit), "")
    mean = result.inputs.get(symbol)
    if mean is None:
        return ""
    if mean.unit.dimension != unit.dimension or mean.unit.is_scale != unit.is_scale:
        unit = mean.unit
    value, resolution = mean.value_in(unit), resolutions.get(symbol)
    if resolution is None or resolution.value <= 0:
        place = last_place(result.expanded) if result.expanded > 0 else Decimal("0.000001")
    elif not unit.is_scale and resolution.unit.dimension != unit.dimension:
        return f"{value:.7g} {unit.symbol}".replace("-", "−")
    else:
        step = resolution.value if resolution.unit == unit or unit.is_scale else resolution.value_in(unit)
        place = last_place(step, 1) / 10
    return f"{round_to(value, place):f} {unit.symbol}".replace("-", "−")


def budget_rows(
    lines: tuple[BudgetLine, ...], language: Language, chinese: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Return a budget as rows of text, the largest contribution first.

    Args:
        lines: of the budget.
        language: of every word.
        chinese: sources of figures in Chinese, by their English words.
    """
    ordered = sorted(lines, key=lambda line: -line.contribution)
    return [
        (
            line.symbol,
            line.description.within(language),
            line.distribution.within(language),
            _sized(line.u, line.unit),
            "∞" if line.dof is None else f"{line.dof:.3g}",
            f"{line.sensitivity:.4g}".replace("-", "−"),
            f"{line.percent:.1f} %",
            source_in_both(line.source, chinese or {}).within(language) + ("" if line.confirmed else " (?)"),
        )
        for line in ordered
    ]


def _sized(u: float, unit: str) -> str:
    """Return a standard uncertainty in the prefix that suits it."""
    own = parse_unit(unit)
    fitting = own if own.is_scale or not 0 < u < math.inf else fitting_unit(own, u)
    rounded = float(f"{Quantity.of(u, unit).value_in(fitting):.3g}")
    return f"{Decimal(shortest(rounded)):f} {fitting.symbol}".removesuffix(" 1")
