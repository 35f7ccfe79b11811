"""The closed set of events; only the engine publishes them, the journal hears first."""

from datetime import datetime
from enum import Enum

from attrs import field, frozen

from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import Outcome, PointResult, ProcedureReference, Software, Table
from labctl.records.equipment import Asset, Identity, UnitUnderTest
from labctl.records.observation import Exchange
from labctl.records.order import Kind, Laboratory, Order, People

Argument = Quantity | str | float | int | bool | None  # what a driver's method may be called with


class Purpose(Enum):
    """What a call on an instrument was made for."""

    OBSERVE = "observe"  # a reading of a series
    SETTLE = "settle"  # waiting for a steady indication
    RECORD = "record"  # a trace beside something else
    APPLY = "apply"  # what a standard presents
    CONDITION = "condition"  # the surroundings
    PREPARE = "prepare"  # identity, hooks, everything else


@frozen(kw_only=True)
class Place:
    """Where in a run something happened; empty strings and zeros where it does not apply."""

    phase: str = ""
    section: str = ""
    point: str = ""
    repetition: int = 0  # counted from 1
    attempt: int = 0  # counted from 1
    symbol: str = ""
    purpose: Purpose = Purpose.PREPARE
    unit: str = ""  # of a run with several units, the instrument of the one that it concerns; empty: all of them


@frozen(kw_only=True)
class PlannedPoint:
    """One row that will be measured."""

    key: str
    columns: dict[str, Quantity | str | float]
    repeats: int = 1


@frozen(kw_only=True)
class PlannedSection:
    """One section that will be run, with its points in order."""

    phase: str
    section: str  # English title: the identity
    title: Text
    points: tuple[PlannedPoint, ...]


@frozen(kw_only=True)
class UnitPlanned:
    """One of several units of a run: who it is, whose it is, what will be measured of it."""

    key: str  # its instrument on the bench
    unit: UnitUnderTest
    order: Order
    plan: tuple[PlannedSection, ...]
    notes: tuple[Text, ...] = ()


@frozen(kw_only=True)
class RunStarted:
    """A run begins: everything that was known before the first command.

    Where it has several units, they stand in `units`; unit, order and role are those of the first, the plan is what
    they have together.
    """

    at: datetime
    run: str
    station: str
    simulated: bool
    procedure: ProcedureReference
    order: Order
    laboratory: Laboratory
    people: People
    unit: UnitUnderTest
    roles: dict[str, str]  # role -> instrument (asset key)
    standards: dict[str, Asset]  # by role
    auxiliaries: dict[str, Asset]
    plan: tuple[PlannedSection, ...]
    tables: tuple[Table, ...]
    software: Software
    blobs: dict[str, str]  # file name -> SHA-256 of its content, kept beside the events
    notes: tuple[Text, ...] = ()
    units: tuple[UnitPlanned, ...] = ()  # in their order; none where there is one

    @property
    def verified(self) -> frozenset[str]:
        """Return the units whose orders are verifications; the empty name stands for the only one."""
        orders = {each.key: each.order for each in self.units} or {"": self.order}
        return frozenset(key for key, order in orders.items() if order.kind is Kind.VERIFICATION)


@frozen(kw_only=True)
class EngineStarted:
    """An engine took up the run; a higher epoch is a later engine."""

    at: datetime
    epoch: int
    process: int
    software: Software
    by: str  # the person who started or resumed
    reason: str = ""


@frozen(kw_only=True)
class GuardianReady:
    """The guardian watches; from here on sources may be energised."""

    at: datetime
    process: int
    wires: tuple[str, ...]


@frozen(kw_only=True)
class GuardianActed:
    """The guardian of an earlier engine made the bench safe; read from its note."""

    at: datetime
    noticed: datetime
    reason: str
    wires: dict[str, str]  # address -> what was done there
    after_seconds: float


@frozen(kw_only=True)
class InstrumentOpened:
    """A wire was opened and the instrument's identity checked."""

    at: datetime
    instrument: str
    role: str
    driver: str  # "labctl_drivers.fluke.f5522a.F5522A"
    address: str
    identity: Identity
    exchanges: tuple[Exchange, ...]


@frozen(kw_only=True)
class InstrumentClosed:
    """A wire was closed or given up."""

    at: datetime
    instrument: str
    reason: str


@frozen(kw_only=True)
class SectionStarted:
    """A section begins, or is taken up again."""

    at: datetime
    place: Place


@frozen(kw_only=True)
class SectionFinished:
    """Every point of a section is recorded or skipped."""

    at: datetime
    place: Place


@frozen(kw_only=True)
class HookFinished:
    """A hook brought about the state that a column asks for."""

    at: datetime
    place: Place
    hook: str
    column: str


@frozen(kw_only=True)
class PointStarted:
    """A point begins."""

    at: datetime
    place: Place


@frozen(kw_only=True)
class RepetitionStarted:
    """An attempt at a repetition begins."""

    at: datetime
    place: Place


@frozen(kw_only=True)
class RepetitionFinished:
    """An attempt at a repetition was accepted."""

    at: datetime
    place: Place


@frozen(kw_only=True)
class AttemptRejected:
    """An attempt is kept but not reported."""

    at: datetime
    place: Place
    reason: Text
    by: str = ""  # a person, or empty for the engine


@frozen(kw_only=True)
class CommandIntended:
    """A command is about to be written: durable before the first byte leaves."""

    at: datetime
    instrument: str
    method: str
    arguments: tuple[Argument, ...]
    command: bytes
    place: Place = Place()


@frozen(kw_only=True)
class SettingMade:
    """A method that changes an instrument returned, confirmed on its own wire."""

    at: datetime
    instrument: str
    method: str
    arguments: tuple[Argument, ...]
    exchanges: tuple[Exchange, ...]
    sent_at: datetime
    quantity: Quantity | None = None  # what it now presents, for sourcing methods
    place: Place = Place()


@frozen(kw_only=True)
class IndicationTaken:
    """An instrument showed something; durable before the next command is sent."""

    at: datetime
    instrument: str
    method: str
    arguments: tuple[Argument, ...]
    exchanges: tuple[Exchange, ...]
    quantity: Quantity
    reply: bytes
    asked_at: datetime
    taken_at: datetime
    of: str
    resolution: Quantity | None = None
    place: Place = Place()


@frozen(kw_only=True)
class CallFailed:
    """A method of a driver raised; the bytes that led there are kept."""

    at: datetime
    instrument: str
    method: str
    arguments: tuple[Argument, ...]
    exchanges: tuple[Exchange, ...]
    error: str  # class of the error
    message: Text
    place: Place = Place()


@frozen(kw_only=True)
class QueryRetried:
    """A query got no answer, its wire was brought back in step, and it is asked once more.

    The exchanges are those of the failed try and of getting back in step. The call that the query belongs to keeps
    only the answer that counted, so that it is replayed without them.
    """

    at: datetime
    instrument: str
    method: str
    arguments: tuple[Argument, ...]
    query: bytes
    exchanges: tuple[Exchange, ...]
    error: str  # class of the error
    message: Text
    place: Place = Place()


@frozen(kw_only=True)
class Settled:
    """A settling ended: the indication is steady by the criterion, or the time ran out."""

    at: datetime
    place: Place
    criterion: str
    met: bool
    readings: int
    span: Quantity | None
    waited: float  # seconds


@frozen(kw_only=True)
class Field:
    """One line of a form: what is asked of one of several units."""

    unit: str  # its instrument
    text: Text
    of: str = ""  # unit of the number that is wanted


@frozen(kw_only=True)
class Question:
    """Something a person is asked or told, as it stands on the card.

    A form asks the same of several units; its answer is a JSON object with what was keyed in, or chosen, for each.
    """

    key: str
    kind: str  # "instruction", "number", "choice", "text", "barcode", "confirmation", "form"
    text: Text
    picture: str = ""  # name of a blob
    choices: tuple[Text, ...] = ()
    unit: str = ""
    fields: tuple[Field, ...] = ()  # of a form


@frozen(kw_only=True)
class OperatorAsked:
    """The engine waits for a person."""

    at: datetime
    question: Question
    place: Place = Place()


@frozen(kw_only=True)
class OperatorAnswered:
    """A person answered."""

    at: datetime
    question: str
    answer: str
    by: str


@frozen(kw_only=True)
class CommandReceived:
    """A person or program asked something of the engine: pause, continue, abort, retry, skip."""

    at: datetime
    command: str
    by: str
    facts: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class RunPaused:
    """The engine holds before the next repetition."""

    at: datetime
    reason: str


@frozen(kw_only=True)
class RunContinued:
    """The engine goes on after a pause."""

    at: datetime


@frozen(kw_only=True)
class RunInterrupted:
    """Written by the next engine: the one before ended without a word."""

    at: datetime
    epoch: int  # of the engine that ended
    last: int  # number of the last event it wrote


@frozen(kw_only=True)
class RunRested:
    """The engine made the bench safe and ended without an outcome; a person takes the run up again."""

    at: datetime
    reason: Text
    safe: bool  # every instrument confirmed its safe state
    until: datetime | None = None  # from when on it may be taken up, where the method says so


@frozen(kw_only=True)
class CheckJudged:
    """A check of our own measurement was held against its limit; what follows from a failure are events of its own."""

    at: datetime
    place: Place
    check: str  # English title
    symbol: str
    value: Quantity
    limit: Quantity
    met: bool


@frozen(kw_only=True)
class NoteTaken:
    """A remark of the procedure or of a person, for the record."""

    at: datetime
    text: Text
    by: str = ""
    place: Place = Place()


@frozen(kw_only=True)
class TranscriptSealed:
    """The transcript up to here is on the disk; its digest is now part of the chain."""

    at: datetime
    length: int  # bytes of the transcript file
    digest: str  # SHA-256 of those bytes


@frozen(kw_only=True)
class PointFinished:
    """Every repetition of a point is accepted; its result as evaluated now."""

    at: datetime
    place: Place
    result: PointResult | None  # None: pending, an input lies in a later section


@frozen(kw_only=True)
class Evidence:
    """One entry of an earlier run's journal, word by word."""

    n: int
    digest: str  # of its chain up to there, hexadecimal
    canonical: bytes


@frozen(kw_only=True)
class ResultsAdopted:
    """What an earlier run observed in a section stands in for measuring it again: valid today, on the same assets.

    Its entries are evidence of this run, too: they are evaluated as if they stood here.
    """

    at: datetime
    place: Place
    title: Text
    run: str  # the earlier one
    head: str  # digest of its last entry, hexadecimal
    measured: datetime
    until: datetime  # as long as the method lets them stand in
    evidence: tuple[Evidence, ...]


@frozen(kw_only=True)
class PointSkipped:
    """A point was left out, with the reason."""

    at: datetime
    place: Place
    reason: Text
    by: str


@frozen(kw_only=True)
class UnitExcluded:
    """One of several units is left out from here on; the others go on."""

    at: datetime
    unit: str  # its instrument
    reason: Text
    place: Place = Place()
    by: str = ""  # a person, or empty for the engine


@frozen(kw_only=True)
class SafeStateSent:
    """An instrument was sent its safe bytes; `confirmed` tells whether it said so itself."""

    at: datetime
    instrument: str
    exchanges: tuple[Exchange, ...]
    confirmed: bool


@frozen(kw_only=True)
class RunFinished:
    """The run ended."""

    at: datetime
    outcome: Outcome
    reason: Text
    safe: bool  # every instrument confirmed its safe state


@frozen(kw_only=True)
class RecordEvaluated:
    """The record was evaluated as a whole; its canonical bytes are kept as a blob."""

    at: datetime
    record: str  # SHA-256 of the canonical CalibrationRecord
    unit: str = ""  # whose, of several


@frozen(kw_only=True)
class RecordSigned:
    """A person checked or authorised the record."""

    at: datetime
    person: str
    meaning: str  # "calibrated", "checked", "authorised"
    record: str  # SHA-256 of what was signed
    unit: str = ""  # whose, of several


@frozen(kw_only=True)
class CertificateIssued:
    """A certificate was issued on this record; `head` is the chain head it prints."""

    at: datetime
    number: str
    head: str
    pdf: str  # SHA-256 of the PDF's bytes
    xml: str  # SHA-256 of the XML's bytes
    by: str
    release: str
    unit: str = ""  # whose, of several


@frozen(kw_only=True)
class RunSealed:
    """In the laboratory's ledger: a run ended, and this is the end of its chain."""

    at: datetime
    run: str
    entries: int
    head: str  # digest of the last entry, hexadecimal
    outcome: Outcome
    simulated: bool


@frozen(kw_only=True)
class CertificateRegistered:
    """In the laboratory's ledger: a certificate's number was given to a run."""

    at: datetime
    number: str
    run: str
    head: str  # the chain head that the certificate prints, hexadecimal
    pdf: str  # SHA-256 of the PDF's bytes
    xml: str  # SHA-256 of the XML's bytes
    simulated: bool


Event = (
    RunStarted
    | EngineStarted
    | GuardianReady
    | GuardianActed
    | InstrumentOpened
    | InstrumentClosed
    | SectionStarted
    | SectionFinished
    | HookFinished
    | PointStarted
    | RepetitionStarted
    | RepetitionFinished
    | AttemptRejected
    | CommandIntended
    | SettingMade
    | IndicationTaken
    | CallFailed
    | QueryRetried
    | Settled
    | OperatorAsked
    | OperatorAnswered
    | CommandReceived
    | RunPaused
    | RunContinued
    | RunInterrupted
    | RunRested
    | CheckJudged
    | NoteTaken
    | TranscriptSealed
    | PointFinished
    | ResultsAdopted
    | PointSkipped
    | UnitExcluded
    | SafeStateSent
    | RunFinished
    | RecordEvaluated
    | RecordSigned
    | CertificateIssued
    | RunSealed
    | CertificateRegistered
)
