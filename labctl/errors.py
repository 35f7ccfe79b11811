"""Every error that labctl raises on purpose, as one tree.

    LabctlError
    |- StationError
    |  |- UnknownInstrument
    |  `- StationMistakes
    |- PackBroken
    |- PackRefused
    |- ArgumentRefused
    |- InstrumentError
    |  |- TransportError
    |  |  |- ConnectFailed
    |  |  |- TransportTimeout
    |  |  |- TransportClosed
    |  |  |- TransportPoisoned
    |  |  |- UnaskedBytes
    |  |  |- FrameDamaged
    |  |  |- WaitGivenUp
    |  |  `- ReplayMismatch
    |  |- ReplyError
    |  |- Overload
    |  |- InstrumentReported
    |  |- WrongIdentity
    |  |- NotReady
    |  |- NotArmed
    |  `- LimitExceeded
    |- ProcedureError
    |  |- NotSettled
    |  |- RoleUnfilled
    |  |- FlightRefused
    |  `- OperatorDeclined
    |- MetrologyError
    |  |- UnknownUnit
    |  |- UnitMismatch
    |  |- QuantityError
    |  |- FigureError
    |  `- UncertaintyError
    |     |- ModelError
    |     `- CalculationFileError
    |- TraceabilityError
    |  |- CalibrationExpired
    |  `- OutsideCalibratedInterval
    |- RecordError
    |  |- RecordAltered
    |  |- UnknownSchema
    |  |- StoreFailed
    |  |- AlreadyOpen
    |  |- UnknownPoint
    |  `- CertificateRefused
    |     |- RunNotFinished
    |     |- OtherProcedure
    |     |- UnprintableCharacter
    |     `- BrokenRule
    |- TrialFailed
    |- RunEnded
    |- RunResting
    |- RunOverdue
    |- EngineError
    |  |- EngineFailed
    |  |- EngineGone
    |  `- GuardianLost
    `- RunAborted

An error carries facts; its class composes the sentence, in either language.
"""

from typing import Any, ClassVar, Self

from attrs import define, fields

from labctl.language import Language, Text


@define(kw_only=True, slots=False)
class LabctlError(Exception):
    """Anything that labctl refuses or reports, with facts and a sentence for a person."""

    said: ClassVar[Text] = Text("something went wrong", zh="发生错误")

    def facts(self) -> dict[str, object]:
        """Return the facts of this error by name."""
        return {each.name: getattr(self, each.name) for each in fields(type(self))}

    def within(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.text().within(language)

    def text(self) -> Text:
        """Return the sentence in both languages."""
        return self.said.filled(**self.facts())

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text().en

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive a process boundary: rebuild from the facts."""
        return (_rebuilt, (type(self), self.facts()))


def _rebuilt(kind: type[LabctlError], facts: dict[str, object]) -> LabctlError:
    return kind(**facts)


# --- the station -----------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class StationError(LabctlError):
    """The description of the bench cannot be used as it stands."""

    said: ClassVar[Text] = Text(
        "{file}, line {line}, {where}: {problem}. {remedy}", zh="{file} 第 {line} 行 {where}：{problem}。{remedy}"
    )
    of_file: ClassVar[Text] = Text("{file}: {problem}. {remedy}", zh="{file}：{problem}。{remedy}")
    file: str
    line: int  # 0: it concerns the whole file
    where: str
    problem: Text
    remedy: Text

    def text(self) -> Text:
        """Return the sentence; without a line where the whole file is meant."""
        if self.line:
            return super().text()
        return self.of_file.filled(file=self.file, problem=self.problem, remedy=self.remedy)


@define(kw_only=True, slots=False)
class UnknownInstrument(StationError):
    """The station names an instrument for which no driver is installed."""


@define(kw_only=True, slots=False)
class StationMistakes(StationError):
    """Several mistakes of one station file, the first one as its own."""

    mistakes: "tuple[StationError, ...]"

    def text(self) -> Text:
        """Return one sentence a line, in both languages."""
        sentences = [each.text() for each in self.mistakes]
        return Text(
            "\n".join(each.within(Language.ENGLISH) for each in sentences),
            zh="\n".join(each.within(Language.CHINESE) for each in sentences),
        )


@define(kw_only=True, slots=False)
class PackBroken(LabctlError):
    """An installed pack could not be loaded."""

    said: ClassVar[Text] = Text(
        "pack {pack} ({kind}) cannot be loaded: {reason}. Reinstall or remove it; the others work",
        zh="扩展包 {pack}（{kind}）无法载入：{reason}。请重装或卸载，其余扩展包不受影响",
    )
    pack: str
    kind: str
    reason: str


@define(kw_only=True, slots=False)
class PackRefused(LabctlError):
    """A new pack cannot be begun as asked; nothing was written."""

    said: ClassVar[Text] = Text(
        "pack {pack} cannot be begun: {problem}. {remedy}", zh="无法新建扩展包 {pack}：{problem}。{remedy}"
    )
    pack: str
    problem: Text
    remedy: Text


@define(kw_only=True, slots=False)
class ArgumentRefused(LabctlError):
    """Something that was asked for by name is not there, or does not fit."""

    said: ClassVar[Text] = Text("{argument}: {problem}. {remedy}", zh="{argument}：{problem}。{remedy}")
    argument: str
    problem: Text
    remedy: Text


# --- instruments -----------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class InstrumentError(LabctlError):
    """An instrument or its wire did not do what was asked; `instrument` is its name on the bench."""

    said: ClassVar[Text] = Text("{instrument}: not usable", zh="{instrument}：无法使用")
    instrument: str = ""


@define(kw_only=True, slots=False)
class TransportError(InstrumentError):
    """The wire failed; `address` names it."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: the wire failed", zh="{instrument}（{address}）：通信线路故障"
    )
    address: str


@define(kw_only=True, slots=False)
class ConnectFailed(TransportError):
    """Nothing answers at the address."""

    said: ClassVar[Text] = Text(
        "{instrument}: cannot connect to {address}: {reason}. Check power, cable and address in station.toml",
        zh="{instrument}：无法连接 {address}：{reason}。请检查电源、电缆及 station.toml 中的地址",
    )
    reason: Text | str


@define(kw_only=True, slots=False)
class TransportTimeout(TransportError):
    """The instrument was silent until the deadline; `waited` is in seconds."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: asked {query!r}, no complete answer within {waited:g} s, received {received!r}. "
        "The connection is not trusted any more and will be opened again",
        zh="{instrument}（{address}）：询问 {query!r}，{waited:g} 秒内无完整应答，已收到 {received!r}。"
        "该连接不再可信，将重新建立",
    )
    waited: float
    query: bytes = b""
    received: bytes = b""


@define(kw_only=True, slots=False)
class TransportClosed(TransportError):
    """The other end closed the connection."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: the connection was closed by the instrument ({reason}). Check power and cable",
        zh="{instrument}（{address}）：连接被仪器断开（{reason}）。请检查电源和电缆",
    )
    reason: Text | str = ""


@define(kw_only=True, slots=False)
class TransportPoisoned(TransportError):
    """A time-out left the stream out of step; it has to be opened again before the next exchange."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: a late answer may still arrive after a time-out, so the connection is refused. "
        "Reconnect",
        zh="{instrument}（{address}）：超时后可能仍有迟到的应答，拒绝继续使用该连接。请重新连接",
    )


@define(kw_only=True, slots=False)
class UnaskedBytes(TransportError):
    """Bytes lay on the wire before the question was asked, so the answer that follows cannot be told from them."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: {received!r} came though nobody had asked. "
        "The connection is not trusted any more and will be opened again",
        zh="{instrument}（{address}）：未经询问即收到 {received!r}。该连接不再可信，将重新建立",
    )
    received: bytes


@define(kw_only=True, slots=False)
class FrameDamaged(TransportError):
    """A frame came whose check value or address is not right, so nothing in it is believed."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: asked {query!r}, received {received!r}: {problem}. Check cable, termination, speed "
        "and parity. The connection is not trusted any more and will be opened again",
        zh="{instrument}（{address}）：询问 {query!r}，收到 {received!r}：{problem}。"
        "请检查电缆、终端电阻、波特率和校验位。该连接不再可信，将重新建立",
    )
    query: bytes
    received: bytes
    problem: Text


@define(kw_only=True, slots=False)
class WaitGivenUp(TransportError):
    """An answer was not waited for to its deadline, because the bench had to be left."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: asked {query!r}, gave up waiting because the run was told to leave; "
        "received {received!r}",
        zh="{instrument}（{address}）：询问 {query!r}，因运行被要求停止而放弃等待，已收到 {received!r}",
    )
    query: bytes
    received: bytes = b""


@define(kw_only=True, slots=False)
class ReplayMismatch(TransportError):
    """A recorded conversation does not fit what is said now; `exchange` counts from 1, empty bytes mean nothing."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}, exchange {exchange}: the record holds {expected!r}, now {found!r} was sent "
        "(unread before it: {unread!r}). Driver and record do not belong together",
        zh="{instrument}（{address}）第 {exchange} 次交互：记录为 {expected!r}，现发送 {found!r}"
        "（此前未读：{unread!r}）。驱动程序与记录不匹配",
    )
    exchange: int
    expected: bytes
    found: bytes
    unread: bytes = b""


@define(kw_only=True, slots=False)
class ReplyError(InstrumentError):
    """The instrument answered, but not with what its manual promises."""

    said: ClassVar[Text] = Text(
        "{instrument}: asked {query!r}, expected {expected}, received {reply!r}",
        zh="{instrument}：询问 {query!r}，应答应为 {expected}，实收 {reply!r}",
    )
    query: bytes
    reply: bytes
    expected: str


@define(kw_only=True, slots=False)
class Overload(InstrumentError):
    """The instrument says that its input is beyond the range in use; there is no value."""

    said: ClassVar[Text] = Text(
        "{instrument}: asked {query!r}, overload {reply!r}. Choose a higher range or check the connections",
        zh="{instrument}：询问 {query!r}，示值超量程 {reply!r}。请选用更高量程或检查接线",
    )
    query: bytes
    reply: bytes


@define(kw_only=True, slots=False)
class InstrumentReported(InstrumentError):
    """The instrument put an error into its own queue."""

    said: ClassVar[Text] = Text(
        "{instrument}: after {command!r} it reports error {code}: {message}",
        zh="{instrument}：执行 {command!r} 后仪器报告错误 {code}：{message}",
    )
    command: bytes
    code: int
    message: str


@define(kw_only=True, slots=False)
class WrongIdentity(InstrumentError):
    """Another instrument than the one the station names answers at the address."""

    said: ClassVar[Text] = Text(
        "{instrument} at {address}: the station expects {expected}, found {found}. "
        "Check the cable, the address and the serial number in station.toml",
        zh="{instrument}（{address}）：台位登记为 {expected}，实际为 {found}。"
        "请检查电缆、地址及 station.toml 中的出厂编号",
    )
    address: str
    expected: str
    found: str


@define(kw_only=True, slots=False)
class NotReady(InstrumentError):
    """An instrument did not come into the state it was asked for; `waited` is in seconds."""

    said: ClassVar[Text] = Text(
        "{instrument}: {asked} was asked, after {waited:g} s it reports {found}. "
        "Look at its front panel and the connections, then retry the point",
        zh="{instrument}：要求 {asked}，{waited:g} 秒后仪器状态为 {found}。请查看仪器面板和接线，然后重测该点",
    )
    asked: str
    found: str
    waited: float


@define(kw_only=True, slots=False)
class NotArmed(InstrumentError):
    """The watchdog of an instrument could not be armed, so nothing may be energised; `found` is what it reports."""

    said: ClassVar[Text] = Text(
        "{instrument}: its own watchdog should act after {asked}, but it reports {found}. "
        "Without it nothing is energised: look at its communication parameters, then start again",
        zh="{instrument}：其看门狗应在 {asked} 后动作，但仪器报告 {found}。"
        "未启用看门狗时不得加载能量：请检查其通信参数后重新开始",
    )
    asked: str
    found: str


@define(kw_only=True, slots=False)
class LimitExceeded(InstrumentError):
    """A setting beyond what the instrument may be asked; nothing was sent."""

    said: ClassVar[Text] = Text(
        "{instrument}: {asked} was asked, {allowed} is allowed; nothing was sent",
        zh="{instrument}：要求 {asked}，允许范围 {allowed}；未发送任何指令",
    )
    asked: str
    allowed: str


# --- procedures ------------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class ProcedureError(LabctlError):
    """A procedure, its points or its model cannot be used as written."""

    said: ClassVar[Text] = Text("{where}: {problem}. {remedy}", zh="{where}：{problem}。{remedy}")
    where: str
    problem: Text
    remedy: Text


@define(kw_only=True, slots=False)
class NotSettled(ProcedureError):
    """The indication did not become steady in time."""


@define(kw_only=True, slots=False)
class RoleUnfilled(ProcedureError):
    """No instrument of the station can play a role of the procedure."""


@define(kw_only=True, slots=False)
class FlightRefused(ProcedureError):
    """The check before a run finds errors: in the procedure, or in what the bench can do today."""


@define(kw_only=True, slots=False)
class OperatorDeclined(ProcedureError):
    """The operator did not do what was asked."""


# --- metrology -------------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class MetrologyError(LabctlError):
    """A quantity, a model or an uncertainty that cannot be evaluated."""

    said: ClassVar[Text] = Text("{problem}", zh="{problem}")
    problem: Text = Text("cannot be evaluated", zh="无法计算")


@define(kw_only=True, slots=False)
class UnknownUnit(MetrologyError):
    """A unit that labctl does not know; `near` holds similar spellings that it does."""

    said: ClassVar[Text] = Text(
        "unknown unit {given!r}. Similar units are {near}; correct the spelling",
        zh="未知单位 {given!r}。相近的单位：{near}；请更正写法",
    )
    given: str
    near: str = "—"


@define(kw_only=True, slots=False)
class UnitMismatch(MetrologyError):
    """Two quantities that an operation may not join, such as V + K or °C + °C."""

    said: ClassVar[Text] = Text(
        "{operation} is not defined for {left} and {right}. "
        "Dimensions must agree; of °C only differences and ± kelvin are amounts",
        zh="{operation} 不适用于 {left} 与 {right}。量纲必须一致；°C 只可相减或加减开尔文",
    )
    operation: str
    left: str
    right: str


@define(kw_only=True, slots=False)
class QuantityError(MetrologyError):
    """A text or number that is no quantity."""

    said: ClassVar[Text] = Text("{given!r} cannot be used: {problem}", zh="{given!r} 不可用：{problem}")
    given: str


@define(kw_only=True, slots=False)
class FigureError(MetrologyError):
    """A figure, tolerance or specification text that cannot be read or evaluated; `position` counts from 1."""

    said: ClassVar[Text] = Text(
        "{given!r}, position {position}: {problem}", zh="{given!r} 第 {position} 个字符：{problem}"
    )
    given: str
    position: int


@define(kw_only=True, slots=False)
class UncertaintyError(MetrologyError):
    """An input that an uncertainty evaluation must refuse; `code` is stable and documented, `input` is its name."""

    said: ClassVar[Text] = Text("{input}: {problem} [{code}]", zh="{input}：{problem} [{code}]")
    code: str
    input: str


@define(kw_only=True, slots=False)
class ModelError(UncertaintyError):
    """The text of a model breaks the rules of the language; `position` counts characters of the equation from 1."""

    said: ClassVar[Text] = Text(
        "equation {input!r}, position {position}: {problem} [{code}]",
        zh="方程 {input!r} 第 {position} 个字符：{problem} [{code}]",
    )
    position: int = 1


@define(kw_only=True, slots=False)
class CalculationFileError(UncertaintyError):
    """A file for `labctl evaluate` cannot be used as it stands; `where` is the field, `input` what it belongs to."""

    said: ClassVar[Text] = Text(
        "{file}, line {line}, {where}: {problem}. {remedy} [{code}]",
        zh="{file} 第 {line} 行 {where}：{problem}。{remedy} [{code}]",
    )
    file: str
    line: int
    where: str
    remedy: Text


# --- traceability ----------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class TraceabilityError(LabctlError):
    """A standard cannot give traceability here."""

    said: ClassVar[Text] = Text("{standard}: not traceable here", zh="{standard}：此处无法溯源")
    standard: str | Text


@define(kw_only=True, slots=False)
class CalibrationExpired(TraceabilityError):
    """The certificate of a standard is past its due date."""

    said: ClassVar[Text] = Text(
        "{standard}: certificate {certificate} was valid until {due}, today is {today}. "
        "Use another standard or have it calibrated",
        zh="{standard}：证书 {certificate} 有效期至 {due}，今天是 {today}。请换用其他标准器或送检",
    )
    certificate: str
    due: str
    today: str


@define(kw_only=True, slots=False)
class OutsideCalibratedInterval(TraceabilityError):
    """A point lies outside what the standard was calibrated or specified for."""

    said: ClassVar[Text] = Text(
        "{standard}: {asked} lies outside {allowed}. Choose another point or another standard",
        zh="{standard}：{asked} 超出 {allowed}。请更换校准点或标准器",
    )
    asked: str | Text
    allowed: str | Text


# --- records ---------------------------------------------------------------------------------------------------------


@define(kw_only=True, slots=False)
class RecordError(LabctlError):
    """A record cannot be written, read or trusted."""

    said: ClassVar[Text] = Text("{record}: {problem}", zh="{record}：{problem}")
    record: str
    problem: Text


@define(kw_only=True, slots=False)
class RecordAltered(RecordError):
    """A record is not what it was when it was written."""


@define(kw_only=True, slots=False)
class UnknownSchema(RecordError):
    """A record of a kind or version that this release does not know."""


@define(kw_only=True, slots=False)
class StoreFailed(RecordError):
    """The disk refused a record: full, read-only or broken; nothing further is measured."""


@define(kw_only=True, slots=False)
class AlreadyOpen(RecordError):
    """Another engine holds this journal or this bench."""


@define(kw_only=True, slots=False)
class UnknownPoint(RecordError):
    """No point of a record, or several, fit the words by which one was asked for."""

    said: ClassVar[Text] = Text(
        "{record}: {asked!r} names {count} points. Choose one of:\n{choices}",
        zh="{record}：{asked!r} 对应 {count} 个校准点。请从下列中选择：\n{choices}",
    )
    problem: Text = Text("not one point", zh="不是唯一的校准点")
    asked: str
    count: int
    choices: str


@define(kw_only=True, slots=False)
class CertificateRefused(RecordError):
    """No certificate can be made of a record as it stands."""


@define(kw_only=True, slots=False)
class RunNotFinished(CertificateRefused):
    """A run that has not ended well carries no certificate."""

    said: ClassVar[Text] = Text(
        "run {record}: no certificate, {problem}. Finish it with `labctl resume`, or look at it with `labctl show`",
        zh="运行 {record}：不能出具证书，{problem}。请用 labctl resume 完成，或用 labctl show 查看",
    )


@define(kw_only=True, slots=False)
class OtherProcedure(CertificateRefused):
    """The procedure that a record was made with is not installed, or no longer the same."""

    said: ClassVar[Text] = Text(
        "{record}: made with procedure {procedure} of digest {recorded}, installed is {installed}. "
        "Install that edition of the procedure, or name its folder with --procedure",
        zh="{record}：所用规程 {procedure} 的摘要为 {recorded}，已安装的为 {installed}。"
        "请安装该版本的规程，或用 --procedure 指明其文件夹",
    )
    problem: Text = Text("another procedure", zh="规程不同")
    procedure: str
    recorded: str
    installed: str


@define(kw_only=True, slots=False)
class UnprintableCharacter(CertificateRefused):
    """A character that the certificate's typefaces cannot draw."""

    said: ClassVar[Text] = Text(
        "{character!r} ({code}) in {words!r} cannot be printed: the certificate's typefaces have no such character. "
        "Write it otherwise in station.toml or the order",
        zh="{words!r} 中的 {character!r}（{code}）无法打印：证书字体中无此字。请在 station.toml 或委托单中改写",
    )
    record: str = "certificate"
    problem: Text = Text("unprintable", zh="无法打印")
    character: str
    code: str
    words: str


@define(kw_only=True, slots=False)
class BrokenRule(CertificateRefused):
    """A digital certificate breaks a rule of its own form; it is not issued."""


@define(kw_only=True, slots=False)
class TrialFailed(LabctlError):
    """One of the simulated calibrations of a validation shows nothing, so the validation as a whole shows nothing."""

    said: ClassVar[Text] = Text(
        "{procedure}, simulated unit with seed {seed}: {problem}. "
        "Look at it alone with `labctl simulate-run {procedure} --seed {seed}`",
        zh="{procedure}，种子 {seed} 的模拟被校件：{problem}。"
        "请用 labctl simulate-run {procedure} --seed {seed} 单独查看",
    )
    procedure: str
    seed: int
    problem: Text


@define(kw_only=True, slots=False)
class RunEnded(LabctlError):
    """A run that has its outcome is not taken up again."""

    said: ClassVar[Text] = Text(
        "run {run} has ended ({outcome}) and is not taken up again. Start a new one",
        zh="运行 {run} 已结束（{outcome}），不能恢复。请开始新的运行",
    )
    run: str
    outcome: str


@define(kw_only=True, slots=False)
class RunResting(LabctlError):
    """A run is taken up before anything that is left of it may begin."""

    said: ClassVar[Text] = Text(
        "run {run}: {section} may begin from {begins} on, and it is {now}. Nothing was opened; resume the run then",
        zh="运行 {run}：“{section}”可于 {begins} 之后开始，现在是 {now}。未连接任何仪器，请届时恢复运行",
    )
    run: str
    section: Text
    begins: str
    now: str


@define(kw_only=True, slots=False)
class RunOverdue(LabctlError):
    """A run is taken up after a section should have begun, and nobody says why it is measured all the same."""

    said: ClassVar[Text] = Text(
        "run {run}: {section} should have begun by {by}, {latest} after the end of {after}, and it is {now}. "
        "Say why it is measured all the same; the reason stands on the record and on the certificate",
        zh="运行 {run}：“{section}”应在“{after}”结束后 {latest} 内（{by} 之前）开始，现在是 {now}。"
        "请说明仍然测量的理由，该理由将写入记录和证书",
    )
    run: str
    section: Text
    after: Text
    latest: str
    by: str
    now: str


@define(kw_only=True, slots=False)
class EngineError(LabctlError):
    """The process that carries out a run, or its guardian, is not there or does not do what was asked."""

    said: ClassVar[Text] = Text("the engine of the run failed", zh="运行引擎故障")


@define(kw_only=True, slots=False)
class EngineFailed(EngineError):
    """An engine refused a job or a request; `kind` is the class of its error."""

    said: ClassVar[Text] = Text("run {run}: {problem}", zh="运行 {run}：{problem}")
    run: str
    kind: str
    problem: Text


@define(kw_only=True, slots=False)
class EngineGone(EngineError):
    """No engine works on the run."""

    said: ClassVar[Text] = Text(
        "run {run}: no engine works on it. Resume it with `labctl resume`, or look at it with `labctl runs`",
        zh="运行 {run}：没有引擎在执行。请用 labctl resume 恢复，或用 labctl runs 查看",
    )
    run: str


@define(kw_only=True, slots=False)
class GuardianLost(EngineError):
    """The guardian did not start, died or fell silent; nothing stays energised without one."""

    said: ClassVar[Text] = Text(
        "the guardian (process {process}) is gone, so the bench was made safe. Resume the run; a new guardian starts "
        "with it",
        zh="守护进程（{process}）已失去联系，台位已置于安全状态。请恢复运行，将随之启动新的守护进程",
    )
    process: int


@define(kw_only=True, slots=False)
class RunAborted(LabctlError):
    """A person stopped the run; raised once inside Run and caught once in the engine."""

    said: ClassVar[Text] = Text("the run was aborted: {reason}", zh="运行已中止：{reason}")
    reason: str

    @classmethod
    def because(cls, reason: str) -> Self:
        """Return the error for a reason."""
        return cls(reason=reason)
