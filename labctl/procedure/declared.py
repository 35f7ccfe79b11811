"""What is declared beside sections: reductions, requirements, inspections, and checks with their consequences."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen

from labctl.errors import FigureError, MetrologyError, ProcedureError
from labctl.instruments.capabilities import Subject
from labctl.language import Text
from labctl.metrology.conformity import Side, Verdict, simple
from labctl.metrology.figure import Figure, Value
from labctl.metrology.many import for_each
from labctl.metrology.quantity import Quantity
from labctl.procedure.cited import cited
from labctl.procedure.kinds import keep_kinds, refused
from labctl.procedure.model import Model

EACH_POINT, EACH_UNIT, EACH_RUN, EACH_REPETITION = "point", "unit", "run", "repetition"
"""What a reduction or a check is made for, once each; a reduction also for each value of a column."""
MPE: Final = "mpe"


def _figure(text: str | Figure | None) -> Figure | None:
    return text if text is None or isinstance(text, Figure) else Figure(text)


@frozen(kw_only=True)
class Limit:
    """How far a result may lie: `within` ± a figure, `at_most` or `at_least` one; exactly one of them."""

    within: Figure | None = field(default=None, converter=_figure)
    at_most: Figure | None = field(default=None, converter=_figure)
    at_least: Figure | None = field(default=None, converter=_figure)

    def __attrs_post_init__(self) -> None:
        """Refuse none and several, and what is no text. Raises ProcedureError."""
        keep_kinds(self)
        if len(self._given()) != 1:
            raise ProcedureError(
                where="require(…), check(…)",
                problem=Text("one limit is needed", zh="应给出一个限值"),
                remedy=Text("Give within=, at_most= or at_least=", zh="请给出 within=、at_most= 或 at_least="),
            )

    def _given(self) -> list[tuple[Side, Figure]]:
        sides = ((Side.WITHIN, self.within), (Side.AT_MOST, self.at_most), (Side.AT_LEAST, self.at_least))
        return [(side, figure) for side, figure in sides if figure is not None]

    @property
    def side(self) -> Side:
        """Return on which side of the value it lies."""
        return self._given()[0][0]

    @property
    def figure(self) -> Figure:
        """Return its figure."""
        return self._given()[0][1]

    @property
    def names(self) -> frozenset[str]:
        """Return what the figure uses."""
        return self.figure.names

    def at(self, names: Mapping[str, Value], where: str) -> Quantity | None:
        """Return the limit at a point; None where it needs an mpe that nobody stated.

        Raises:
            ProcedureError: the figure cannot be evaluated here.
        """
        if MPE in self.names and MPE not in names:
            return None
        try:
            return self.figure.quantity(names)
        except (FigureError, MetrologyError) as error:
            raise ProcedureError(
                where=where,
                problem=error.text(),
                remedy=Text("Use columns of the points or results of the model", zh="请使用校准点表的列或模型的结果"),
            ) from error

    def holds(self, found: Quantity, limit: Quantity) -> bool:
        """Return whether a value keeps the limit, its uncertainty left aside. Raises UnitMismatch."""
        nothing = Quantity(0.0, limit.unit)

        def kept(value: float, allowed: float) -> float:
            decision = simple(Quantity(value, found.unit), nothing, Quantity(allowed, limit.unit), self.side)
            return float(decision.verdict is Verdict.CONFORMS)

        return bool(for_each(kept, found.value, limit.value))


@frozen(kw_only=True)
class Requirement:
    """Judges the unit: a result within its limit, one verdict a point; of each repetition the worst of them."""

    title: Text
    of: str
    symbol: str
    limit: Limit
    source: Text = field(default=Text("", zh=""), converter=cited)
    each: str = EACH_POINT


@frozen(kw_only=True)
class Inspection:
    """Judges the unit by what a person sees: one question, one verdict."""

    title: Text
    question: Text
    source: Text = field(default=Text("", zh=""), converter=cited)


class Consequence(Enum):
    """What follows when a check of our own measurement fails."""

    REPEAT = "repeat"  # the repetition is rejected and made again
    RESTART = "restart"  # the point begins again from its hooks
    ASK = "ask"  # a person decides
    NOTE = "note"  # it stands in the record
    STOP = "stop"  # the run ends


@frozen(init=False)
class Invalidate:
    """What follows when a check fails: whole sections are measured again."""

    sections: tuple[str, ...]

    def __init__(self, *sections: str) -> None:
        """Name the sections by their titles. Raises ProcedureError for what is none."""
        if not all(isinstance(each, str) for each in sections):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise refused("Invalidate", _NO_TITLES, _TITLES)
        object.__setattr__(self, "sections", sections)


@frozen(kw_only=True)
class Check:
    """Judges our measurement: a result within its limit, with a consequence; never a verdict on the unit."""

    title: Text
    of: str
    symbol: str
    each: str
    limit: Limit
    otherwise: Consequence | Invalidate
    source: Text = field(default=Text("", zh=""), converter=cited)
    on_resume: bool = False  # its section is measured first whenever a run is taken up, and in its turn as ever


@frozen(kw_only=True, eq=False)
class Reduction:
    """A model over the results of several points, without a function of its own.

    Args:
        title: its name, by which tables, requirements and results of other models know it.
        model: its equations; every source is a Result, or a figure of a record or of the method.
        each: once for each `point` (over its repetitions), for the `unit`, for the `run`, or for each value of a
            column.
    """

    title: Text
    model: Model
    each: str = EACH_UNIT

    @property
    def name(self) -> str:
        """Return the English title: the reduction's identity."""
        return self.title.en

    def subject(self, symbol: str) -> Subject | None:  # noqa: ARG002  (it has no series)
        """Return None: nothing is read for a reduction."""
        return None

    def subject_of(self, role: str) -> Subject | None:  # noqa: ARG002  (it has no series)
        """Return None: nothing is read for a reduction."""
        return None


@frozen
class Pooled:
    """The scatter of a section's repetitions, taken together over all its points."""


POOLED: Final = Pooled()


class Order(Enum):
    """In which order the repetitions of a section's points are made."""

    POINTS = "points"  # all repetitions of a point, then the next point
    CYCLES = "cycles"  # once through all points, then again


_NO_TITLES: Final = Text("something other than titles is to be invalidated", zh="要作废的不是部分的标题")
_TITLES: Final = Text('Give titles of sections in quotes, Invalidate("…")', zh='请写带引号的标题，如 Invalidate("…")')
