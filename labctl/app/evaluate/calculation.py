"""A calculation as a file states it: model, inputs, correlations, coverage; and its evaluation by the engine."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
from attrs import evolve, field, frozen

from labctl.app.evaluate.fields import Fields
from labctl.app.evaluate.page import Page, is_list, read_page
from labctl.app.evaluate.statements import Statement, read_statement, read_unit
from labctl.language import Text
from labctl.metrology.coverage import PROBABILITY, CoveragePolicy
from labctl.metrology.effects import Correlation
from labctl.metrology.equations import Equations
from labctl.metrology.units import ONE, Unit

FIELDS: Final = ("title", "model", "inputs", "correlations", "simultaneous", "coverage", "outputs")
UNREAD: Final = (
    "id", "source", "section", "kind", "expected", "verification", "provenance", "notes", "anchors", "data",
)  # fmt: skip
"""Fields at the top that say where a calculation comes from; they have no part in it."""
MOST: Final = 1000
"""Inputs of one calculation."""


@frozen(kw_only=True, eq=False)
class Calculation:
    """Everything that a file states; nothing of it is computed yet."""

    title: Text
    equations: Equations
    statements: Mapping[str, Statement]
    correlations: tuple[Correlation, ...]
    policy: CoveragePolicy
    units: Mapping[str, Unit] = field(factory=dict[str, Unit])  # in which outputs are shown
    descriptions: Mapping[str, Text] = field(factory=dict[str, Text])  # of outputs

    def covering(self, probability: float | None) -> "Calculation":
        """Return the calculation for another coverage probability, which a fixed k gives way to.

        Raises:
            UncertaintyError: a probability outside 0 … 1.
        """
        if probability is None:
            return self
        return evolve(self, policy=evolve(self.policy, probability=probability, fixed=None))


def read_calculation(path: Path) -> Calculation:
    """Return the calculation of a TOML or JSON file.

    Raises:
        UncertaintyError: the file or something in it is refused, with the field and what to do.
    """
    return calculation(read_page(path))


def calculation(page: Page) -> Calculation:
    """Return the calculation of a page. Raises UncertaintyError."""
    top = Fields(page=page, content=page.content)
    top.spelled(FIELDS, UNREAD)
    equations = _equations(top)
    given = top.table("inputs")
    if len(given.content) > MOST:
        raise top.refusal("inputs", "too-large", _MANY.filled(count=len(given.content)), _FEWER.filled(most=MOST))
    statements = {symbol: read_statement(symbol, given.table(symbol)) for symbol in given.content}
    correlations = tuple(_correlation(each, statements) for each in top.tables("correlations"))
    correlations += _together(top, statements)
    outputs = top.table("outputs")
    shown = {name: outputs.table(name) for name in equations.outputs if outputs.has(name)}
    units = {name: read_unit(table, "unit") for name, table in shown.items() if table.has("unit")}
    descriptions = {name: table.words("description") for name, table in shown.items()}
    for table in (*shown.values(), outputs):
        table.close(())
    found = Calculation(
        title=top.words("title"),
        equations=equations,
        statements=statements,
        correlations=correlations,
        policy=_policy(top.table("coverage")),
        units=units,
        descriptions=descriptions,
    )
    _units_fit(found, top)
    return found


def _equations(top: Fields) -> Equations:
    if not top.has("model"):
        raise top.refusal("model", "missing-field", _NO_MODEL, _GIVE_MODEL)
    if isinstance(top.content["model"], str):
        texts = [line for line in top.text("model").splitlines() if line.strip()]
    else:
        model = top.table("model")
        texts = [f"{name} = {model.text(name)}" for name in model.content]
    try:
        return Equations(*texts)
    except RecursionError as failure:
        raise top.refusal("model", "too-deep", _DEEP, _SHORTER) from failure


def _correlation(given: Fields, statements: Mapping[str, Statement]) -> Correlation:
    ends = [_named(given, key, statements).effect for key in ("a", "b")]
    r = given.needed("r")
    given.close(())
    return Correlation(ends[0], ends[1], r)


def _named(given: Fields, key: str, statements: Mapping[str, Statement]) -> Statement:
    name = given.text(key)
    if name not in statements:
        known = ", ".join(statements)
        raise given.refusal(key, "unknown-effect", _NO_INPUT.filled(name=name), _CHOOSE.filled(known=known))
    return statements[name]


def _together(top: Fields, statements: Mapping[str, Statement]) -> tuple[Correlation, ...]:
    """Return the correlations of inputs that were read at the same moments (JCGM 100:2008, 5.2.3)."""
    found: list[Correlation] = []
    groups: object = top.content["simultaneous"] if top.has("simultaneous") else []
    if not is_list(groups):
        raise top.refusal("simultaneous", "wrong-type", _NOT_GROUPS, _GROUPS)
    for group in groups:
        names = group if is_list(group) else []
        if len(names) < 2 or not all(isinstance(name, str) and name in statements for name in names):  # noqa: PLR2004
            raise top.refusal("simultaneous", "unknown-effect", _NOT_GROUPS, _GROUPS)
        members = [statements[name] for name in names]
        if len({len(each.readings) for each in members}) > 1 or not members[0].readings:
            raise top.refusal("simultaneous", "unequal-lengths", _UNEQUAL, _EQUAL)
        for a, b in combinations(members, 2):
            if np.ptp(a.readings) > 0 and np.ptp(b.readings) > 0:
                r = float(np.corrcoef(a.readings, b.readings)[0, 1])
                found.append(Correlation(a.effect, b.effect, min(max(r, -1.0), 1.0)))
    return tuple(found)


def _policy(given: Fields) -> CoveragePolicy:
    probability, k = given.number("probability"), given.number("k")
    truncated, dominant = given.flag("truncated", default=False), given.flag("dominant", default=False)
    given.close(())
    return CoveragePolicy(PROBABILITY if probability is None else probability, k, truncated, dominant)


def _units_fit(found: Calculation, top: Fields) -> None:
    """Refuse a unit for an output that has another dimension."""
    if not found.units:
        return
    own = found.equations.dimensions({name: each.input.unit for name, each in found.statements.items()})
    for name, unit in found.units.items():
        if unit.dimension != own[name].dimension or unit.is_scale != own[name].is_scale:
            problem = _OTHER_DIMENSION.filled(name=name, unit=own[name].symbol or ONE.symbol)
            raise top.table("outputs").table(name).refusal("unit", "other-dimension", problem, _CORRECT_UNIT)


_MANY: Final = Text("has {count} inputs", zh="有 {count} 个输入")
_FEWER: Final = Text("One calculation has at most {most}", zh="一次计算最多 {most} 个")
_NO_MODEL: Final = Text("is missing", zh="缺失")
_DEEP: Final = Text("nests operations without end", zh="运算嵌套过深")
_SHORTER: Final = Text("Write it as several equations", zh="请拆成几个方程")
_GIVE_MODEL: Final = Text(
    'Write the equations as a table: [model] and y = "a + b"', zh='请写成表：[model]，如 y = "a + b"'
)
_NO_INPUT: Final = Text("is {name!r}, which is no input", zh="为 {name!r}，不是输入")
_CHOOSE: Final = Text("Choose one of: {known}", zh="可选：{known}")
_NOT_GROUPS: Final = Text("is no list of lists of inputs", zh="不是由输入名构成的列表的列表")
_GROUPS: Final = Text('Write it like: simultaneous = [["V", "I"]]', zh='写法示例：simultaneous = [["V"，"I"]]')
_UNEQUAL: Final = Text(
    "names inputs without readings, or with different numbers of them", zh="所列输入没有读数或读数个数不同"
)
_EQUAL: Final = Text("Give each as many readings, taken together", zh="请为每个输入给出同时测得的等数量读数")
_OTHER_DIMENSION: Final = Text("does not fit {name}, which comes in {unit}", zh="与 {name} 不符，其单位为 {unit}")
_CORRECT_UNIT: Final = Text("Choose a unit of that dimension, or leave it out", zh="请选用该量纲的单位，或删去")
