"""A procedure with everything that its checks ask for, worked out once: lines, rows, units, dry calls, dependence."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from attrs import define, field, frozen

from labctl.errors import LabctlError, MetrologyError, ProcedureError
from labctl.language import Text
from labctl.metrology.figure import Figure, Value
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, Unit, parse_unit
from labctl.procedure.body import Function
from labctl.procedure.checking.acting import past
from labctl.procedure.checking.inference import completed
from labctl.procedure.checking.lines import Lines
from labctl.procedure.declared import EACH_POINT, EACH_RUN, EACH_UNIT, Reduction
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.load import FILE
from labctl.procedure.plan import table_of
from labctl.procedure.point import Point
from labctl.procedure.points import COUNTS, RANGE, Heading, PointTable, Row, valued
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.rehearsal import Rehearsed, rehearse
from labctl.procedure.sources import (
    Applied,
    Condition,
    Constant,
    Corrected,
    Effect,
    Fit,
    Observed,
    Parameter,
    Resolution,
    Source,
    Stability,
)
from labctl.procedure.sources import Result as ResultOf

Target = Section | Reduction
MPE: Final = "mpe"
UNIT_DATA: Final = "unit."
"""How names of the unit's own data begin."""
CONDITIONS: Final = {"temperature": "°C", "pressure": "hPa", "humidity": "%"}
"""The ambient conditions that a model may ask for, with their units."""


@frozen(kw_only=True)
class PointRow:
    """One row of a section's points as a dry call sees it."""

    row: Row
    point: Point
    repeats: int

    @property
    def naming(self) -> tuple[str, ...]:
        """Return what tells this row from others."""
        naming = [cell for name, cell in self.row.cells.items() if name not in {*COUNTS, MPE}]
        return tuple(each if isinstance(each, str) else str(each.normalize()) for each in naming)


@define(eq=False)
class Survey:
    """What checks ask of a procedure, each answer worked out once."""

    procedure: Procedure
    _units: dict[str, dict[str, Unit]] = field(factory=dict[str, dict[str, Unit]], init=False)
    _results: dict[str, dict[str, Unit]] = field(factory=dict[str, dict[str, Unit]], init=False)
    _rows: dict[str, tuple[PointRow, ...]] = field(factory=dict[str, tuple[PointRow, ...]], init=False)
    _dry: dict[str, tuple[Rehearsed, ...]] = field(factory=dict[str, tuple[Rehearsed, ...]], init=False)

    # --- what there is -----------------------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> Lines:
        """Return where declarations stand."""
        return Lines(self.procedure)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return sections and reductions."""
        return (*self.procedure.sections, *self.procedure.reductions)

    def find(self, title: str) -> Target | None:
        """Return a section or reduction by its title; None where there is none."""
        return next((each for each in self.targets if each.name == title), None)

    def root(self, target: Target, under: tuple[str, ...] = ()) -> Section | None:
        """Return the section from which the points of a reduction come; a section is its own."""
        if isinstance(target, Section) or target.name in under:
            return target if isinstance(target, Section) else None
        for source in target.model.results.values():
            further = self.find(source.section)
            if further is not None:
                return self.root(further, (*under, target.name))
        return None

    # --- points ------------------------------------------------------------------------------------------------------

    def table(self, section: Section) -> PointTable | None:
        """Return the points of a section; None where they cannot be read."""
        try:
            return table_of(self.procedure, section)
        except ProcedureError:
            return None

    def lost(self, target: Target) -> bool:
        """Return whether the points of a section, or those below a reduction, cannot be read."""
        root = self.root(target)
        return root is not None and self.table(root) is None

    def headings(self, target: Target) -> dict[str, Heading]:
        """Return the columns that the points of a section, or the results of a reduction, have."""
        root = self.root(target)
        table = self.table(root) if root is not None else None
        if table is None:
            return {}
        if isinstance(target, Section) or target.each == EACH_POINT:
            return table.headings
        return {name: each for name, each in table.headings.items() if name == target.each}

    def rows(self, section: Section) -> tuple[PointRow, ...]:
        """Return the rows as they are written; a range of each or basic stands for one of 1, and so does an mpe."""
        if section.name not in self._rows:
            self._rows[section.name] = tuple(self._read(section))
        return self._rows[section.name]

    def _read(self, section: Section) -> list[PointRow]:
        table = self.table(section)
        if table is None:
            return []
        units = self.units(section)
        found: list[PointRow] = []
        for row in table.rows:
            top = valued(table.headings[RANGE], row.cells[RANGE], None) if RANGE in table.headings else None
            if isinstance(top, str):
                top = Quantity(1.0, units[RANGE])
            columns = {
                name: valued(heading, row.cells[name], top if isinstance(top, Quantity) else None)
                for name, heading in table.headings.items()
            }
            if isinstance(top, Quantity):
                columns[RANGE] = top
            columns.setdefault(MPE, Quantity(1.0, units[MPE]))
            repeats = columns.get("repeats", 1)
            key = ", ".join(str(row.cells[name]) for name in table.headings)
            made = Point(key=key, columns=columns)
            found.append(PointRow(row=row, point=made, repeats=int(repeats) if isinstance(repeats, float) else 1))
        return found

    def rehearsed(self, section: Section) -> tuple[Rehearsed, ...]:
        """Return what the function of a section asks for at each row; nothing where a dry call fails."""
        if section.name not in self._dry:
            self._dry[section.name] = self._called(section, section.function)
        return self._dry[section.name]

    def prepared(self, section: Section) -> tuple[Rehearsed, ...]:
        """Return what the hooks ask for at each row; nothing of a hook whose dry call fails."""
        return tuple(each for hook in section.hooks for each in self._called(section, hook.function))

    def _called(self, section: Section, function: Function) -> tuple[Rehearsed, ...]:
        if any(past(function)):
            return ()
        try:
            return tuple(rehearse(function, each.point, dict(each.point.columns)) for each in self.rows(section))
        except Exception:  # noqa: BLE001  (an author's code may raise anything; the check of functions tells it)
            return ()

    # --- units -------------------------------------------------------------------------------------------------------

    def units(self, target: Target, under: tuple[str, ...] = ()) -> dict[str, Unit]:
        """Return the unit of every input and column of a model, as far as it can be told."""
        if target.name not in self._units:
            stated = self._columns(target) | self._stated(target, under)
            used = target.model.equations.inputs
            missing = [each for each in used if each not in stated and each not in target.model.sources]
            lost = [each for each in target.model.results if each not in stated]
            empty = [each for each in target.model.series if each not in stated]
            if not missing and not lost and not empty:
                stated |= completed(target.model.equations, stated, self.main(target).difference)
            if under:
                return stated
            self._units[target.name] = stated
        return self._units[target.name]

    def results(self, target: Target, under: tuple[str, ...] = ()) -> dict[str, Unit]:
        """Return the unit of every result; none where the model does not hold together."""
        if target.name in under:
            return {}
        if target.name not in self._results:
            try:
                found = target.model.equations.dimensions(self.units(target, (*under, target.name)))
            except MetrologyError:
                return {}
            if under:
                return found
            self._results[target.name] = found
        return self._results[target.name]

    def main(self, target: Target) -> Unit:
        """Return the unit in which inputs of zero stand: that of the first series of the model."""
        inputs = target.model.equations.inputs
        subjects = [target.subject(name) for name in inputs if name in target.model.series]
        return next((parse_unit(each.unit) for each in subjects if each is not None), ONE)

    def names(self, target: Target) -> dict[str, Value]:
        """Return what a figure may use at a point, each as one of its unit."""
        units = self.units(target) | self.results(target)
        words = {name: "" for name, each in self.headings(target).items() if each.unit is None and not each.of_range}
        known: dict[str, Value] = {name: Quantity(1.0, unit) for name, unit in units.items()}
        return known | {name: word for name, word in words.items() if not self._counted(target, name)}

    def _counted(self, target: Target, name: str) -> bool:
        root = self.root(target)
        return root is not None and all(not isinstance(each.row.cells.get(name), str) for each in self.rows(root))

    def _columns(self, target: Target) -> dict[str, Unit]:
        headings = self.headings(target)
        top = headings[RANGE].unit if RANGE in headings else None
        units = {name: (top if each.of_range else each.unit) or ONE for name, each in headings.items()}
        if isinstance(target, Section):
            inputs = target.model.equations.inputs
            first = parse_unit(next((each.unit for name in inputs if (each := target.subject(name))), "1"))
            nominal = units.get("nominal", first)
            other = nominal.is_scale and nominal.dimension != first.dimension  # a sensor, read in ohms or volts
            units.setdefault(MPE, (nominal if other else first).difference)
        return units

    def _stated(self, target: Target, under: tuple[str, ...]) -> dict[str, Unit]:  # noqa: C901, PLR0912  (one case a source)
        units: dict[str, Unit] = {}
        for symbol, source in target.model.sources.items():
            match source:
                case Applied(at=nominal) if nominal:
                    found = self._figure(target, nominal, units)
                case Applied(at=nominal) if nominal:
                    found = self._certified(target, nominal)
                case Observed() | Corrected() | Applied():
                    subject = target.subject(symbol)
                    found = parse_unit(subject.unit) if subject is not None else None
                case Parameter(unit=unit) | Fit(unit=unit):
                    found = parse_unit(unit)
                case Constant():
                    found = self._constant(target, source, units)
                case Resolution(role=role):
                    found = self._shown(target, role)
                case Stability(trace=trace):
                    subject = target.subject(trace)
                    found = parse_unit(subject.unit).difference if subject is not None else None
                case Condition(name=name):
                    found = parse_unit(CONDITIONS[name]) if name in CONDITIONS else None
                case ResultOf(section=title, symbol=output):
                    further = self.find(title)
                    results = self.results(further, (*under, target.name)) if further is not None else {}
                    found = results.get(output)
                case Effect(off=off):
                    found = self._width(target, off.figure, units)
                case _:
                    found = None
            if found is not None:
                units[symbol] = found
        return units

    def _shown(self, target: Target, role: str) -> Unit | None:
        """Return the unit of what a role shows in a section; None where it shows several kinds."""
        fillings = target.fillings if isinstance(target, Section) else ()
        subjects = [
            target.subject(each.symbol)
            for each in fillings
            if each.role == role and isinstance(target.model.sources.get(each.symbol), Observed | Corrected)
        ]
        units = [parse_unit(each.unit).difference for each in subjects if each is not None]
        return units[0] if len({each.dimension for each in units}) == 1 else None

    def _certified(self, target: Target, nominal: str) -> Unit | None:
        """Return the unit of what a standard without a wire presents; None where the figure cannot be told here."""
        known = {name: Quantity(1.0, unit) for name, unit in self._columns(target).items()}
        try:
            return Figure(nominal).quantity(known).unit
        except MetrologyError:
            return None

    def _width(self, target: Target, width: str, units: Mapping[str, Unit]) -> Unit | None:
        found = self._figure(target, width, units)
        return found.difference if found is not None else None

    def _constant(self, target: Target, source: Constant, units: Mapping[str, Unit]) -> Unit | None:
        """Return the unit of a constant; None where its figure needs what the unit's type alone can say."""
        try:
            return source.value(self._ones(target, units)).unit
        except MetrologyError:
            return None

    def _ones(self, target: Target, units: Mapping[str, Unit]) -> dict[str, Value]:
        """Return columns and inputs, each as one of its unit."""
        return {name: Quantity(1.0, unit) for name, unit in {**self._columns(target), **units}.items()}

    def figure(self, target: Target, figure: str) -> Quantity | None:
        """Return a figure where every column and input is one of its unit; None where it cannot be told here."""
        try:
            return Figure(figure).quantity(self._ones(target, self.units(target)))
        except MetrologyError:
            return None

    def _figure(self, target: Target, figure: str, units: Mapping[str, Unit]) -> Unit | None:
        try:
            return Figure(figure).quantity(self._ones(target, units)).unit
        except MetrologyError:
            return None

    # --- findings ----------------------------------------------------------------------------------------------------

    def about(
        self,
        target: Target,
        code: str,
        problem: Text,
        remedy: Text,
        severity: Severity = Severity.ERROR,
        *,
        symbol: str = "",
    ) -> Finding:
        """Return a finding on the model of a section or reduction, or on the source of one of its symbols."""
        words = _SECTION if isinstance(target, Section) else _REDUCTION
        return Finding(
            file=FILE,
            line=self.lines.model(target, symbol),
            code=code,
            problem=words.filled(title=target.title, problem=problem),
            remedy=remedy,
            severity=severity,
        )

    def known(self, wanted: str) -> Text:
        """Return which sections and reductions there are, the one most like the wanted title first."""
        return nearest(wanted, [each.name for each in self.targets])


def nearest(wanted: str, known: list[str]) -> Text:
    """Return a remedy: the known word most like the wanted one, and all of them."""
    close = get_close_matches(wanted, known, n=1, cutoff=0.5)
    listed = ", ".join(known) or "—"
    if not close:
        return Text("There are: {known}", zh="现有：{known}").filled(known=listed)
    words = Text("Did you mean {close!r}? There are: {known}", zh="是否指 {close!r}？现有：{known}")
    return words.filled(close=close[0], known=listed)


def said(error: LabctlError) -> Text:
    """Return what an error says, with its place where it has one."""
    if isinstance(error, ProcedureError):
        return Text("{where}: {problem}", zh="{where}：{problem}").filled(where=error.where, problem=error.problem)
    return error.text()


def placed(error: ProcedureError, file: str) -> tuple[str, int, Text]:
    """Return file and line of an error, where it has them, and what it says beside.

    >>> from labctl.language import Text
    >>> place = "procedure.py, line 7, Unit(…)"
    >>> file, line, words = placed(ProcedureError(where=place, problem=Text("is wrong"), remedy=Text("mend it")), "")
    >>> file, line, words.en
    ('procedure.py', 7, 'Unit(…): is wrong')
    """
    found = _PLACE.fullmatch(error.where)
    if found is None:
        return file, 0, error.problem if error.where == file else said(error)
    if not found["rest"]:
        return found["file"], int(found["line"]), error.problem
    column = found["rest"].removeprefix("column ")
    where = Text(found["rest"], zh=found["rest"] if column == found["rest"] else f"{column} 列")
    words = Text("{where}: {problem}", zh="{where}：{problem}").filled(where=where, problem=error.problem)
    return found["file"], int(found["line"]), words


def written(symbol: str, source: Source) -> str:
    """Return the symbol as the author wrote it: a calibration function's own, of what a model made of it."""
    return symbol.removesuffix("_fit") if isinstance(source, Fit) else symbol


def column_of(target: Target) -> str:
    """Return the column by whose values a reduction is made; empty where it is none."""
    each = target.each if isinstance(target, Reduction) else ""
    return "" if each in {EACH_POINT, EACH_UNIT, EACH_RUN} else each


_PLACE: Final = re.compile(r"(?P<file>.+?\.\w+), line (?P<line>[0-9]+)(?:, (?P<rest>.+))?", re.DOTALL)
_SECTION: Final = Text("section {title}: {problem}", zh="“{title}”部分：{problem}")
_REDUCTION: Final = Text("reduction {title}: {problem}", zh="“{title}”归算：{problem}")
