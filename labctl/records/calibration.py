"""The results of a calibration: points with their budgets and verdicts, and the record that gathers them."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from itertools import combinations
from typing import Final

from attrs import field, frozen

from labctl.language import Text
from labctl.metrology.conformity import Side, Verdict
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Laboratory, Order, People

COVARIANCE: Final = "covariance"
"""The column of a table that stands for U of its results and how they correlate: together their covariance."""


class Outcome(Enum):
    """How a run ended."""

    FINISHED = "finished"  # every point recorded; the record may be reviewed
    ABORTED = "aborted"  # a person stopped it; points so far are kept, no certificate
    FAILED = "failed"  # an error stopped it; the event says whether every instrument confirmed its safe state


@frozen(kw_only=True)
class BudgetLine:
    """One contribution to a result's uncertainty (JCGM 100:2008, 4 and 5)."""

    symbol: str
    description: Text
    value: float  # of the input, in `unit`
    unit: str
    evaluation: str  # "A" or "B"
    distribution: Text
    divisor: float
    u: float  # standard uncertainty of the contribution, in `unit`
    dof: float | None  # None: infinitely many
    sensitivity: float
    contribution: float  # |c|·u, in the unit of the result
    percent: float  # share of the variance
    source: str
    effect: str  # identity of the effect
    confirmed: bool = True  # False: a figure that no paper copy has confirmed; it prints as unverified


@frozen(kw_only=True)
class Floor:
    """What was evaluated where it is smaller than the laboratory's capability (CMC), which is stated instead.

    An accredited laboratory states no smaller uncertainty than its CMC (ILAC-P14, CNAS-CL01-G003).
    """

    expanded: float  # U = k·u as evaluated, in the unit of the result
    k: float
    policy: Text  # which coverage policy gave that k
    figure: str  # of the capability
    source: Text
    confirmed: bool = True


@frozen(kw_only=True)
class Result:
    """One result of a model at a point, in the unit `unit` throughout."""

    symbol: str
    value: float
    unit: str
    u: float
    dof: float | None  # effective degrees of freedom; None: infinitely many
    k: float
    expanded: float
    probability: float
    policy: Text  # which coverage policy gave k
    budget: tuple[BudgetLine, ...]
    inputs: dict[str, Quantity]  # the model's inputs as they entered
    warnings: tuple[Text, ...] = ()
    floor: Floor | None = None  # U is the laboratory's capability: k·u, with the budget's k, is smaller


@frozen(kw_only=True)
class Correlated:
    """How far two results of a point err alike: r = u(a, b) / (u(a) u(b)) (JCGM 100:2008, 5.2.2)."""

    a: str  # symbols of the results
    b: str
    r: float


@frozen(kw_only=True)
class RepetitionJudgement:
    """What a requirement says of one repetition, in the unit of the result."""

    repetition: int
    value: float
    expanded: float  # U of a single repetition
    verdict: Verdict


@frozen(kw_only=True)
class Judgement:
    """What one requirement says of one point; where every repetition has to conform, the worst of them."""

    requirement: Text
    symbol: str
    limit: Quantity  # the maximum permissible error, as half-width, or what the value may reach
    ratio: float  # U / MPEV
    rule: str  # "third" or "guarded"
    verdict: Verdict
    side: str = Side.WITHIN.value  # of the limit on which it may lie
    repetitions: tuple[RepetitionJudgement, ...] = ()  # where each was judged by itself
    source: Text = Text("", zh="")  # where the limit stands, if the method says it


@frozen(kw_only=True)
class PointResult:
    """Everything reported of one point, and where it comes from."""

    phase: str
    section: str  # English title, the section's identity
    point: str  # row key within the section
    columns: dict[str, Quantity | str | float]  # range, nominal, mpe … as planned
    results: tuple[Result, ...]
    judgements: tuple[Judgement, ...]
    series: dict[str, tuple[int, ...]]  # symbol -> numbers of the journal events it rests on
    attempts: int  # how many were made
    reported: tuple[int, ...]  # which attempt of each repetition is reported
    correlations: tuple[Correlated, ...] = ()  # between results, where the method's table prints them


@frozen(kw_only=True)
class SectionResult:
    """One section, one phase."""

    phase: str
    title: Text
    model: tuple[str, ...]  # the equations
    points: tuple[PointResult, ...]


@frozen(kw_only=True)
class InspectionResult:
    """What a person saw of the unit."""

    title: Text
    question: Text
    verdict: Verdict


@frozen(kw_only=True)
class Condition:
    """An ambient condition over the run: extreme values of its indications."""

    name: str  # "temperature", "humidity", "pressure"
    lowest: Quantity
    highest: Quantity
    expanded_uncertainty: Quantity | None = None
    events: tuple[int, ...] = ()


@frozen(kw_only=True)
class ProcedureReference:
    """Which method was followed."""

    name: str
    edition: str
    title: Text
    document: str
    document_title: Text = Text("", zh="")
    confirmed: bool = False  # a metrologist has held the document's figures against paper
    interval: int = 0  # months for which a verification by the document holds; 0: it does not say
    digest: str = ""  # SHA-256 over the procedure's files
    sources: dict[str, str] = field(factory=dict)  # where its figures stand, in Chinese, by the English words


@frozen(kw_only=True)
class Software:
    """Which program made the record."""

    release: str
    python: str
    packages: dict[str, str] = field(factory=dict)
    sources: dict[str, str] = field(factory=dict)  # digests of procedure, drivers


@frozen(kw_only=True)
class Table:
    """What the certificate prints of a section or reduction.

    A column may name the unit in which it is printed, `q [m³/h]`; without it one that suits its numbers is taken.
    """

    section: str
    title: Text
    columns: tuple[str, ...]
    titles: dict[str, Text] = field(factory=dict)  # of columns, where the usual words say too little

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns without their units."""
        return tuple(each.partition("[")[0].strip() for each in self.columns)

    def correlated(self, results: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return the pairs of results whose correlation is printed: all of those that have a column.

        Args:
            results: symbols of those that there are.
        """
        printed = [each for each in self.names if each in results]
        return tuple(combinations(printed, 2)) if COVARIANCE in self.names else ()

    @property
    def units(self) -> dict[str, str]:
        """Return the units that are named, by column."""
        named = {each.partition("[")[0].strip(): each.partition("[")[2].strip(" ]") for each in self.columns}
        return {name: unit for name, unit in named.items() if unit}


@frozen(kw_only=True)
class CalibrationRecord:
    """The technical record of one unit (ISO/IEC 17025:2017, 7.5), complete enough to repeat the evaluation."""

    run: str
    simulated: bool
    procedure: ProcedureReference
    order: Order
    laboratory: Laboratory
    people: People
    unit: UnitUnderTest
    standards: dict[str, Asset]  # by role
    auxiliaries: dict[str, Asset]
    conditions: tuple[Condition, ...]
    sections: tuple[SectionResult, ...]
    tables: tuple[Table, ...]
    verdict: Verdict | None  # of the unit as a whole; None where no statement was agreed
    rules: tuple[Text, ...]  # decision rules as the certificate prints them
    notes: tuple[Text, ...]
    started: datetime
    finished: datetime
    outcome: Outcome
    software: Software
    inspections: tuple[InspectionResult, ...] = ()
