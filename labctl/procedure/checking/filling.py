"""Is each series filled by the verb and on the role that its source means, and in an order that can be right."""

from collections.abc import Iterator
from typing import Final

from labctl.language import Text
from labctl.procedure.body import Body, Filling, Function, read_body, roles_of
from labctl.procedure.finding import Finding
from labctl.procedure.procedure import Section
from labctl.procedure.sources import Applied, Corrected, Observed

READS: Final = ("observe", "scan", "record")


def filling(section: Section) -> Iterator[Finding]:
    """Return what is wrong with how the series of a section are filled."""
    for function in (section.function, *(hook.function for hook in section.hooks)):
        body = read_body(function)
        yield from _unknown(function, body)
        for each in body.fillings:
            yield from _other_verb(section, body, each)
            yield from _other_role(section, body, each)
    yield from _too_late(section)


def _unknown(function: Function, body: Body) -> Iterator[Finding]:
    """Tell of a call that is no method of a role: nobody could say beforehand what it shows."""
    roles = roles_of(function)
    for each in body.fillings:
        if each.symbol and each.role not in roles:
            problem = Text(
                "run.{verb}: what fills {symbol} is not written out as a method of a role",
                zh="run.{verb}：填充 {symbol} 的不是直接写出的角色方法",
            )
            yield _found(body, each, "LP221", problem.filled(verb=each.verb, symbol=each.symbol), _WRITE_OUT)


def _other_verb(section: Section, body: Body, each: Filling) -> Iterator[Finding]:
    source = section.model.sources.get(each.symbol)
    wrong = (isinstance(source, Applied) and each.verb in READS) or (
        isinstance(source, Observed | Corrected) and each.verb == "apply"
    )
    if wrong:
        problem = Text(
            "run.{verb} fills {symbol}, whose source is {kind}", zh="run.{verb} 填充了 {symbol}，其来源为 {kind}"
        )
        words = problem.filled(verb=each.verb, symbol=each.symbol, kind=type(source).__name__)
        yield _found(body, each, "LP223", words, _VERB)


def _other_role(section: Section, body: Body, each: Filling) -> Iterator[Finding]:
    """Tell of a series that is corrected as one standard's, and read on another part while that standard is there.

    A sensor is read through its readout, whose record corrects it; but then the readout itself is not called.
    """
    source = section.model.sources.get(each.symbol)
    if not isinstance(source, Corrected) or not each.role or each.role == source.role:
        return
    others = [
        other.symbol
        for other in section.fillings
        if other.role == source.role and isinstance(section.model.sources.get(other.symbol), Observed)
    ]
    if others:
        problem = Text(
            "{symbol} is corrected as {role} and read on {read}, while {other} is read on {role}",
            zh="{symbol} 按 {role} 修正却读自 {read}，而 {other} 读自 {role}",
        )
        words = problem.filled(symbol=each.symbol, role=source.role, read=each.role, other=others[0])
        yield _found(body, each, "LP223", words, _EXCHANGE)


def _too_late(section: Section) -> Iterator[Finding]:
    """Tell of what is applied when all has been read."""
    body = section.body
    applied = [each for each in body.fillings if each.verb == "apply"]
    read = [each.line for each in body.fillings if each.verb in READS and each.symbol in section.model.series]
    if applied and read and max(read) < applied[0].line:
        problem = Text("{symbol} is applied when everything has been read", zh="{symbol} 在全部读数之后才施加").filled(
            symbol=applied[0].symbol
        )
        yield _found(body, applied[0], "LP224", problem, _BEFORE)


def _found(body: Body, each: Filling, code: str, problem: Text, remedy: Text) -> Finding:
    return Finding(file=body.file, line=each.line, code=code, problem=problem, remedy=remedy)


_WRITE_OUT: Final = Text(
    "Write role and method, as unit.dc_voltage; of several [unit.temperature for unit in units]",
    zh="请直接写出角色和方法，如 unit.dc_voltage；多台时写 [unit.temperature for unit in units]",
)
_VERB: Final = Text(
    "Apply what is Applied(…), observe, scan or record what is Observed() or Corrected(…)",
    zh="Applied(…) 请用 apply 填充，Observed() 和 Corrected(…) 请用 observe、scan 或 record",
)
_EXCHANGE: Final = Text("Exchange the two series, or their sources", zh="请互换两个序列或其来源")
_BEFORE: Final = Text("Apply first, settle, then observe", zh="请先 apply，再 settle，然后 observe")
