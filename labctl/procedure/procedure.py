"""The head of a method, on which everything else hangs: roles, sections, hooks, adjustment, requirements, tables."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from labctl.errors import MetrologyError, ProcedureError
from labctl.instruments.capabilities import Subject, subject
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.metrology.units import parse_unit
from labctl.procedure.body import Body, Filling, Function, parts_of, read_body, roles_of
from labctl.procedure.declared import (
    EACH_POINT,
    EACH_REPETITION,
    EACH_UNIT,
    Check,
    Consequence,
    Inspection,
    Invalidate,
    Limit,
    Order,
    Pooled,
    Reduction,
    Requirement,
)
from labctl.procedure.environment import Environment
from labctl.procedure.kinds import in_kind, keep_kinds, plain
from labctl.procedure.model import Model
from labctl.procedure.planners import Planner
from labctl.procedure.roles import Role, Roles
from labctl.procedure.sources import Characteristic, Computed, Constant, Effect
from labctl.records.calibration import PointResult, ProcedureReference, Table
from labctl.records.interval import months_of

SECTION: Final = "section"
"""The column that changes when a section begins."""


@frozen(eq=False)
class Hook:
    """A function that runs when a column changes its value, and again on every resume."""

    column: str
    function: Function
    again: bool = True  # also where the section is measured again, later

    @property
    def name(self) -> str:
        """Return the name by which the journal knows it."""
        return self.function.__name__

    @cached_property
    def body(self) -> Body:
        """Return what stands in the function."""
        return read_body(self.function)

    @property
    def roles(self) -> dict[str, type[Any]]:
        """Return the roles it names, with the ability it wants of each."""
        return roles_of(self.function)


@define(eq=False, slots=False)
class Section:
    """A titled series of points with one model and one function that measures one point once.

    Attributes:
        points: file of its points; empty: it is measured once.
        order: in which order repetitions are made.
        repeatability: where Type A comes from, instead of the scatter of each point's own repetitions.
        environment: where it asks for other surroundings than the procedure.
        again_of: title of the section of which this is the same, later.
        after: title of the section after whose end it may begin,
        earliest: so long after it,
        latest: and no later than this; nothing is held meanwhile.
        uses_up: column whose thing an attempt uses up, such as a filter: after one that does not count, what other
            sections measured of it is measured again.
        valid_for: so long after it was measured on the same assets, what an earlier run observed stands in for it.
    """

    title: Text
    function: Function
    model: Model
    points: str
    order: Order = field(default=Order.POINTS, kw_only=True)
    repeatability: Pooled | Characteristic | None = field(default=None, kw_only=True)
    environment: Environment | None = field(default=None, kw_only=True)
    again_of: str = field(default="", kw_only=True)
    after: str = field(default="", kw_only=True)
    earliest: str = field(default="", kw_only=True)
    latest: str = field(default="", kw_only=True)
    uses_up: str = field(default="", kw_only=True)
    valid_for: str = field(default="", kw_only=True)
    hooks: list[Hook] = field(factory=list[Hook], init=False)

    def before_each(self, column: str, *, again: bool = True) -> Callable[[Function], Function]:
        """Let a function run whenever a column changes its value; `"section"` is the beginning of the section.

        Args:
            column: of the points.
            again: whether it runs in later series of the section, too, where they are declared after it.
        """
        # @a_section.before_each without its brackets
        if not isinstance(column, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ProcedureError(where="before_each", problem=_NO_COLUMN, remedy=_NAME_COLUMN)

        def hooked(function: Function) -> Function:
            plain(f"before_each({column!r})", function)
            self.hooks.append(Hook(column, function, again))
            return function

        return hooked

    @property
    def name(self) -> str:
        """Return the English title: the section's identity."""
        return self.title.en

    @cached_property
    def body(self) -> Body:
        """Return what stands in the function."""
        return read_body(self.function)

    @property
    def roles(self) -> dict[str, type[Any]]:
        """Return the roles that the function and its hooks name, with the ability wanted first of each."""
        wanted = roles_of(self.function)
        for hook in self.hooks:
            for name, ability in hook.roles.items():
                wanted.setdefault(name, ability)
        return wanted

    @cached_property
    def together(self) -> bool:
        """Return whether all units that are present are measured by one call."""
        return any(each.together for each in parts_of(self.function).values())

    @property
    def drawn_on(self) -> frozenset[str]:
        """Return the roles that are called, or whose record enters the model."""
        named = {role for each in self.model.sources.values() if (role := getattr(each, "role", ""))}
        kept = {self.repeatability.role} if isinstance(self.repeatability, Characteristic) else set[str]()
        return frozenset(named | kept | self.roles.keys())

    @property
    def fillings(self) -> tuple[Filling, ...]:
        """Return every place that fills a series or trace, in the function and its hooks."""
        return tuple(each for body in (self.body, *(hook.body for hook in self.hooks)) for each in body.fillings)

    def subject(self, symbol: str) -> Subject | None:
        """Return what a series is of, by the capability's method that fills it."""
        for each in self.fillings:
            if each.symbol == symbol and each.role in self.roles:
                return subject(self.roles[each.role], each.method)
        return None

    def subject_of(self, role: str) -> Subject | None:
        """Return what the first series of a role is of, such as DC voltage for the unit under test."""
        for each in self.fillings:
            if each.role == role and role in self.roles:
                found = subject(self.roles[role], each.method)
                if found is not None:
                    return found
        return None


@frozen(kw_only=True, eq=False)
class Adjustment:
    """What changes the unit between the phases as found and as left."""

    title: Text
    of: str
    offer: Figure
    function: Function

    @property
    def roles(self) -> dict[str, type[Any]]:
        """Return the roles it names, with the ability it wants of each."""
        return roles_of(self.function)

    def offered(self, results: Iterable[PointResult]) -> bool:
        """Return whether any point's results satisfy the condition under which an adjustment is offered."""
        from labctl.procedure.judging import names_of

        wanted = self.offer.names
        for each in results:
            names = names_of(each.columns, each.results)
            if each.section == self.of and wanted <= names.keys() and self.offer.evaluate(names) is True:
                return True
        return False


@define(eq=False, kw_only=True, slots=False)
class Procedure:
    """A method: its document, its parts, and what hangs on it.

    Args:
        name: its identity on the command line and in records.
        edition: changes whenever the method does.
        document: the specification or regulation it follows; one that begins with JJG verifies, else it calibrates.
        document_title: title of the document.
        title: what is calibrated, for people.
        roles: the parts in the method.
        environment: the surroundings it asks for.
        confirmed: a metrologist has held its figures against the document on paper.
        accuracy_ratio: how often U has to go into the MPE where the order is a verification.
        interval: how long a verification holds by the regulation, "12 months" or "2 years".
    """

    name: str
    edition: str
    document: str
    title: Text
    roles: Roles
    environment: Environment = field(factory=Environment)
    document_title: Text = field(default=Text("", zh=""))
    confirmed: bool = False
    accuracy_ratio: float = 3.0
    interval: str = ""
    sections: list[Section] = field(factory=list[Section], init=False)
    adjustments: list[Adjustment] = field(factory=list[Adjustment], init=False)
    reductions: list[Reduction] = field(factory=list[Reduction], init=False)
    requirements: list[Requirement] = field(factory=list[Requirement], init=False)
    inspections: list[Inspection] = field(factory=list[Inspection], init=False)
    checks: list[Check] = field(factory=list[Check], init=False)
    tables: list[Table] = field(factory=list[Table], init=False)
    functions: list[Computed] = field(factory=list[Computed], init=False)
    planners: dict[str, Planner] = field(factory=dict[str, Planner], init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a head that could not be used. Raises ProcedureError."""
        keep_kinds(self)
        if not _NAME.fullmatch(self.name):
            raise ProcedureError(
                where="Procedure(…)",
                problem=Text("{name!r} is no name of a procedure", zh="{name!r} 不能作为规程名称").filled(
                    name=self.name
                ),
                remedy=_NAME_IT,
            )

    # --- declarations ------------------------------------------------------------------------------------------------

    @in_kind
    def section(  # noqa: PLR0913  (the words of one declaration)
        self,
        title: str,
        *,
        model: Model,
        points: str = "",
        zh: str = "",
        order: Order = Order.POINTS,
        repeatability: Pooled | Characteristic | None = None,
        environment: Environment | None = None,
        uses_up: str = "",
        valid_for: str = "",
    ) -> Callable[[Function], Section]:
        """Declare a section; the function below measures one point once. The words are those of `Section`."""
        self._refuse_second(title)

        def declared(function: Function) -> Section:
            plain(f"section {title}", function)
            section = Section(
                Text(title, zh=zh),
                function,
                model,
                points,
                order=order,
                repeatability=repeatability,
                environment=environment,
                uses_up=uses_up,
                valid_for=valid_for,
            )
            self.sections.append(section)
            return section

        return declared

    @in_kind
    def again(
        self,
        title: str,
        *,
        of: str,
        zh: str = "",
        model: Model | None = None,
        after: str = "",
        earliest: str = "",
        latest: str = "",
    ) -> Section:
        """Declare that section `of` is measured once more, as a series of its own: points, function and hooks as there.

        Args:
            title: of the later series.
            of: title of the section.
            zh: title in Chinese.
            model: its equations, where they differ.
            after: title of the section after whose end it begins.
            earliest: so long after it, `24 h`; the run suspends meanwhile.
            latest: no later than this.

        Raises:
            ProcedureError: there is no such section.
        """
        self._refuse_second(title)
        first = self.find(of)
        later = Section(
            Text(title, zh=zh),
            first.function,
            model if model is not None else first.model,
            first.points,
            order=first.order,
            repeatability=first.repeatability,
            environment=first.environment,
            again_of=of,
            after=after,
            earliest=earliest,
            latest=latest,
        )
        later.hooks = [each for each in first.hooks if each.again]
        self.sections.append(later)
        return later

    @in_kind
    def reduce(self, title: str, *, model: Model, zh: str = "", each: str = EACH_UNIT) -> Reduction:
        """Declare a model over the results of several points. The words are those of `Reduction`."""
        self._refuse_second(title)
        made = Reduction(title=Text(title, zh=zh), model=model, each=each)
        self.reductions.append(made)
        return made

    def _refuse_second(self, title: str) -> None:
        if title in {*(each.name for each in self.sections), *(each.name for each in self.reductions)}:
            raise ProcedureError(
                where=f"section {title}",
                problem=Text("there are two sections of this title", zh="有两个同名部分"),
                remedy=Text("Give each its own title", zh="请分别命名"),
            )

    @in_kind
    def adjustment(self, title: str, *, of: str, offer: str, zh: str = "") -> Callable[[Function], Function]:
        """Declare what changes the unit; offered when a result of section `of` satisfies the condition `offer`.

        Raises:
            ProcedureError: `offer` compares nothing.
        """
        condition = Figure(offer)
        if not condition.is_condition:
            raise ProcedureError(
                where=f"adjustment({title!r}, offer={offer!r})",
                problem=Text("it is no condition, so it never offers anything", zh="不是条件式，因此永远不会提出调整"),
                remedy=Text(
                    'Compare a result: offer="abs(E) > 0.7 * mpe"', zh='请作比较，如 offer="abs(E) > 0.7 * mpe"'
                ),
            )

        def declared(function: Function) -> Function:
            plain(f"adjustment {title}", function)
            made = Adjustment(title=Text(title, zh=zh), of=of, offer=condition, function=function)
            self.adjustments.append(made)
            return function

        return declared

    @in_kind
    def require(  # noqa: PLR0913  (the words of one declaration)
        self,
        title: str,
        *,
        of: str,
        symbol: str,
        within: str | None = None,
        at_most: str | None = None,
        at_least: str | None = None,
        each: str = EACH_POINT,
        zh: str = "",
        source: Text | str = "",
    ) -> None:
        """Require of the unit that a result keeps a limit; the figure may use columns, results and `unit.` data.

        Args:
            title: of the verdict item.
            of: title of the section or reduction.
            symbol: of its result.
            within: ± this figure.
            at_most: no more than this.
            at_least: no less than this.
            each: `point` judges the mean of a point's repetitions, `repetition` every one of them by itself.
            zh: title in Chinese.
            source: where the limit stands; words, other than a document's number, in both languages.
        """
        _refuse_other_levels(f"require({title!r}, each={each!r})", each)
        limit = Limit(within=within, at_most=at_most, at_least=at_least)
        self.requirements.append(
            Requirement(title=Text(title, zh=zh), of=of, symbol=symbol, limit=limit, source=source, each=each)
        )

    @in_kind
    def inspection(self, title: str, *, question: Text, zh: str = "", source: Text | str = "") -> None:
        """Require of the unit what only a person can see; asked once in a run."""
        self.inspections.append(Inspection(title=Text(title, zh=zh), question=question, source=source))

    @in_kind
    def check(  # noqa: PLR0913  (the words of one declaration)
        self,
        title: str,
        *,
        of: str,
        symbol: str,
        otherwise: Consequence | Invalidate,
        within: str | None = None,
        at_most: str | None = None,
        at_least: str | None = None,
        each: str = EACH_POINT,
        zh: str = "",
        source: Text | str = "",
        on_resume: bool = False,
    ) -> None:
        """Hold our own measurement against a limit, with a consequence; it is never a verdict on the unit.

        Args:
            title: of the check.
            of: title of the section or reduction.
            symbol: of its result.
            otherwise: what follows when the limit is not kept.
            within: ± this figure.
            at_most: no more than this.
            at_least: no less than this.
            each: `repetition` judges as soon as one ends, `point` when all of a point's are made.
            zh: title in Chinese.
            source: where the limit stands; words, other than a document's number, in both languages.
            on_resume: the section is measured first, too, whenever a run is taken up whose turn it is not yet.
        """
        _refuse_other_levels(f"check({title!r}, each={each!r})", each)
        limit = Limit(within=within, at_most=at_most, at_least=at_least)
        self.checks.append(
            Check(
                title=Text(title, zh=zh),
                of=of,
                symbol=symbol,
                each=each,
                limit=limit,
                otherwise=otherwise,
                source=source,
                on_resume=on_resume,
            )
        )

    @in_kind
    def table(
        self, section: str, *, columns: tuple[str, ...], zh: str = "", titles: Mapping[str, Text] | None = None
    ) -> None:
        """Print a section or reduction on the certificate, column by column: `nominal`, `E`, `U(E)`, `mpe`, `verdict`.

        Args:
            section: its title.
            columns: in their order; `q [m³/h]` says in which unit a column is printed.
            zh: title in Chinese.
            titles: words above a column, where `Result` or `Indication` says too little.
        """
        self.tables.append(
            Table(section=section, title=Text(section, zh=zh), columns=columns, titles=dict(titles or {}))
        )

    @in_kind
    def plan(self, section: str) -> Callable[[Planner], Planner]:
        """Declare what generates or reorders the points of a section from the unit's record.

        The function gets the unit and the rows of the section's file, a dictionary each, with ranges multiplied out,
        and returns such dictionaries in the order in which they are measured. It is called before the run; what it
        gives is the plan that the record keeps.

        Args:
            section: its title.

        Raises:
            ProcedureError: the section has a plan already.
        """

        def declared(planner: Planner) -> Planner:
            if section in self.planners:
                raise ProcedureError(
                    where=f"plan({section!r})",
                    problem=Text("the section has a plan already", zh="该部分已有校准点函数"),
                    remedy=Text("Keep one of the two", zh="请保留其一"),
                )
            self.planners[section] = planner
            return planner

        return declared

    def function(self, *, units: Sequence[str], gives: str) -> Callable[[Callable[..., object]], Computed]:
        """Declare a plain function of arrays, which models may call by the symbol to which it is given.

        It works element by element and has no memory. Derivatives are exact where it keeps to NumPy's operations
        (`numpy.where` among them), else differences, which every result that rests on it says.

        Args:
            units: of its arguments, in their order; it gets plain numbers in these.
            gives: unit of the numbers that it returns.

        Raises:
            ProcedureError: it has more or fewer arguments, or a unit is none.
        """
        if isinstance(units, str):
            raise ProcedureError(where="function(…)", problem=_ONE_TEXT.filled(units=units), remedy=_EACH_UNIT)

        def declared(call: Callable[..., object]) -> Computed:
            try:
                count = len([*map(parse_unit, units), parse_unit(gives)]) - 1
                inspect.signature(call).bind(*range(count))
            except (MetrologyError, TypeError) as error:
                said = error.text() if isinstance(error, MetrologyError) else Text(str(error), zh=str(error))
                raise ProcedureError(
                    where=f"function {call.__name__}",
                    problem=said,
                    remedy=Text("Name one unit for each argument", zh="请为每个参数各写一个单位"),
                ) from error
            made = Computed(call.__name__, call, tuple(units), gives)
            self.functions.append(made)
            return made

        return declared

    # --- introspection -----------------------------------------------------------------------------------------------

    def find(self, title: str) -> Section:
        """Return a section by its English title. Raises ProcedureError with the ones there are."""
        for each in self.sections:
            if each.name == title:
                return each
        known = ", ".join(each.name for each in self.sections) or "—"
        raise ProcedureError(
            where=f"{self.name}, section {title}",
            problem=Text("there is no such section", zh="没有该部分"),
            remedy=Text("Sections are: {known}", zh="现有部分：{known}").filled(known=known),
        )

    def source(self, title: str) -> Section | Reduction:
        """Return a section or reduction by its English title. Raises ProcedureError with the ones there are."""
        found = next((each for each in self.reductions if each.name == title), None)
        return found if found is not None else self.find(title)

    def below(self, target: Section | Reduction) -> frozenset[str]:
        """Return the titles of the sections from which the results come that a model takes in."""
        found: set[str] = set()
        passed, left = {target.name}, [each.section for each in target.model.results.values()]
        while left:
            further = self.source(left.pop())
            if isinstance(further, Section):
                found.add(further.name)
            elif further.name not in passed:
                passed.add(further.name)
                left.extend(each.section for each in further.model.results.values())
        return frozenset(found)

    def with_dependants(self, titles: Iterable[str]) -> frozenset[str]:
        """Return sections, and those after them that rest on their results: none of it holds where they do not.

        One before them, as a concentration that waits for tomorrow's weighing, keeps its readings and waits again.
        """
        found = set(titles)
        passed: set[str] = set()
        for each in self.sections:
            if self.below(each) & found & passed:
                found.add(each.name)
            passed.add(each.name)
        return frozenset(found)

    def role(self, name: str) -> Role:
        """Return a role by its name."""
        return self.roles[name]

    @property
    def abilities(self) -> dict[str, tuple[type[Any], ...]]:
        """Return what each role must be able to do, by every signature but those of adjustments."""
        wanted: dict[str, list[type[Any]]] = {name: [] for name in self.roles}
        for section in self.sections:
            for function in (section.function, *(hook.function for hook in section.hooks)):
                for name, ability in roles_of(function).items():
                    if ability is not object and ability not in wanted.setdefault(name, []):
                        wanted[name].append(ability)
        return {name: tuple(abilities) for name, abilities in wanted.items()}

    @cached_property
    def folder(self) -> Path:
        """Return the folder of the procedure's files."""
        if not self.sections:
            raise ProcedureError(
                where=self.name,
                problem=Text("the procedure has no section", zh="规程没有任何部分"),
                remedy=Text("Declare one with @METHOD.section", zh="请用 @METHOD.section 声明"),
            )
        return Path(self.sections[0].function.__code__.co_filename).resolve().parent

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Return every file of the folder by its name, with forward slashes below it."""
        found = sorted(
            each for each in self.folder.rglob("*") if each.is_file() and _belongs(each.relative_to(self.folder))
        )
        return {each.relative_to(self.folder).as_posix(): each.read_bytes() for each in found}

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 over names and contents of the files."""
        whole = sha256()
        for name, content in self.files.items():
            whole.update(f"{name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()

    @property
    def reference(self) -> ProcedureReference:
        """Return what a record says of the method."""
        return ProcedureReference(
            name=self.name,
            edition=self.edition,
            title=self.title,
            document=self.document,
            document_title=self.document_title,
            confirmed=self.confirmed,
            interval=months_of(self.interval),
            digest=self.digest,
            sources={each.en: each.zh for each in self._sources if each.zh != each.en},
        )

    @property
    def _sources(self) -> Iterator[Text]:
        """Yield where the figures of the models stand."""
        models = [*(each.model for each in self.sections), *(each.model for each in self.reductions)]
        for each in (source for model in models for source in model.sources.values()):
            if isinstance(each, Effect | Constant):
                yield each.source


_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")
"""What a name may be: a word of the command line, and of the folders of orders."""
_NAME_IT: Final = Text(
    "Write letters, digits and hyphens, as in dmm-dc-voltage", zh="请用字母、数字和连字符，如 dmm-dc-voltage"
)
_ONE_TEXT: Final = Text("units is one text, {units!r}", zh="units 是一段文字 {units!r}")
_EACH_UNIT: Final = Text('Write them in brackets, units=("V", "K")', zh='请写在括号内，如 units=("V", "K")')
_NO_COLUMN: Final = Text("before_each names no column", zh="before_each 没有指明列")
_NAME_COLUMN: Final = Text(
    'Write @a_section.before_each("range"), with the column in brackets',
    zh='请写成 @a_section.before_each("range")，括号内为列名',
)


def _refuse_other_levels(where: str, each: str) -> None:
    if each not in {EACH_REPETITION, EACH_POINT}:
        raise ProcedureError(
            where=where,
            problem=Text("it is made each repetition or each point", zh="只能按每次重复或每点进行"),
            remedy=Text('Write each="repetition" or each="point"', zh='请写 each="repetition" 或 each="point"'),
        )


def _belongs(path: Path) -> bool:
    return not any(part.startswith((".", "__pycache__")) for part in path.parts)
