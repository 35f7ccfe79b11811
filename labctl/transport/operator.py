"""A person as a wire: what is written is a question, what is read is what the person keyed in."""

import json
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import SplitResult, parse_qsl

from attrs import define, evolve, field, frozen

from labctl.errors import ConnectFailed, TransportClosed, TransportTimeout
from labctl.language import Text
from labctl.metrology.keyed import folded, keyed
from labctl.transport.base import Ending
from labctl.transport.transcript import Direction, Transcript

SCHEME: Final = "operator"
SERIAL: Final = "serial number"
"""What is asked where an instrument on another wire would be asked who it is."""
_SETTINGS: Final = ("entries", "resolution", "unit")
_AGAIN: Final = Text("Second entry", zh="第二次输入")
_NO_PERSON: Final = Text("only a person can read it, and nobody is asked here", zh="须由人员读取，而此处无人可询问")
_NO_QUESTION: Final = Text("its driver speaks to an instrument, not to a person", zh="其驱动面向仪器，不面向人员")


@frozen(kw_only=True)
class Asked:
    """One question to a person, and how it is written on the wire: one line of JSON in ASCII.

    Attributes:
        kind: "number", "text" or "instruction", as a Question of the journal has it.
        of: what is read, by the quantity's name, or what is done.
        unit: of the number.
        text: as a person reads it.
        why: why it is asked again.
    """

    kind: str
    of: str
    text: Text
    unit: str = ""
    why: Text | None = None

    def written(self) -> str:
        """Return the line, without its end.

        >>> Asked(kind="number", of="length", unit="mm", text=Text("Read it", zh="Read it")).written()
        '{"ask": "number", "of": "length", "unit": "mm", "en": "Read it", "zh": "Read it"}'
        """
        again = {} if self.why is None else {"why": {"en": self.why.en, "zh": self.why.zh}}
        line = {"ask": self.kind, "of": self.of, "unit": self.unit, "en": self.text.en, "zh": self.text.zh}
        return json.dumps({**line, **again})

    @property
    def said(self) -> Text:
        """Return the question as a person is asked it, with the reason where it is asked again."""
        if self.why is None:
            return self.text
        return Text("{why}. {text}", zh="{why}。{text}").filled(why=self.why, text=self.text)


def read_question(message: bytes | str) -> Asked | None:
    """Return the question that a line asks; None where it is none."""
    try:
        line = json.loads(message)
    except ValueError:
        return None
    if not isinstance(line, dict) or not {"ask", "of"} <= line.keys():
        return None
    found = cast("dict[str, object]", line)
    why = found.get("why")
    return Asked(
        kind=str(found["ask"]),
        of=str(found["of"]),
        unit=str(found.get("unit", "")),
        text=_text(found),
        why=_text(cast("dict[str, object]", why)) if isinstance(why, dict) else None,
    )


def _text(found: dict[str, object]) -> Text:
    return Text(str(found.get("en", "")), zh=str(found.get("zh", "")))


@define(eq=False)
class OperatorTransport:
    """A Transport whose other end is a person.

    A person has no late answers, since every question is put by itself: the wire is never poisoned, and it waits as
    long as the person's controller does.

    Args:
        address: `operator:`, with `?entries=2` where every reading is keyed in twice.
        instrument: its name on the bench, for errors.
        person: puts a question and returns what was keyed in; None where nobody can be asked.
        transcript: keeps every byte, where there is one.
        entries: how many equal entries make an answer.
    """

    address: str
    instrument: str
    person: Callable[[Asked], str] | None = None
    transcript: Transcript | None = None
    entries: int = 1
    poisoned: bool = field(default=False, init=False)
    _question: bytes = field(default=b"", init=False)

    def open(self) -> None:
        """Make sure that somebody is there. Raises ConnectFailed."""
        self._question = b""
        if self.person is None:
            raise ConnectFailed(instrument=self.instrument, address=self.address, reason=_NO_PERSON)

    def close(self) -> None:
        """Ask nothing more."""
        self._question = b""

    def clear(self) -> None:
        """Take the question back."""
        self._question = b""

    def write(self, message: bytes) -> None:
        """Take a question; it is put when its answer is read."""
        self._question = message if message.strip() else b""
        if self._question:
            self._keep(Direction.OUT, message)

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return what the person keyed in, ended as asked for.

        Raises:
            TransportTimeout: nothing was asked.
            TransportClosed: nobody is there, or it was no question for a person.
        """
        message, self._question = self._question, b""
        if not message:
            raise TransportTimeout(instrument=self.instrument, address=self.address, waited=within)
        asked = read_question(message)
        if asked is None or self.person is None:
            reason = _NO_QUESTION if asked is None else _NO_PERSON
            raise TransportClosed(instrument=self.instrument, address=self.address, reason=reason)
        answer = folded(self._answered(asked, self.person)).encode()
        answer += ending if isinstance(ending, bytes) else b"\n"
        self._keep(Direction.IN, answer)
        return answer

    def _answered(self, asked: Asked, person: Callable[[Asked], str]) -> str:
        first = person(asked)
        if self.entries == 1 or asked.kind == "instruction":
            return first
        while True:
            for _ in range(self.entries - 1):
                second = person(evolve(asked, why=_AGAIN))
                if not _equal(first, second):
                    break
            else:
                return first
            why = Text("The entries differ, {first} and {second}", zh="两次输入不一致：{first} 与 {second}").filled(
                first=first.strip(), second=second.strip()
            )
            first = person(evolve(asked, why=why))

    def _keep(self, direction: Direction, content: bytes) -> None:
        if self.transcript is not None:
            self.transcript.record(self.address, direction, content)


def _equal(first: str, second: str) -> bool:
    return (keyed(first) or folded(first)) == (keyed(second) or folded(second))


def is_operator(address: str) -> bool:
    """Return whether an address means a person."""
    return address.partition(":")[0] == SCHEME


def settings_of(address: str) -> dict[str, str]:
    """Return what an operator's address asks for: `entries`, `unit`, `resolution`; none of any other address.

    >>> settings_of("operator:?entries=2&unit=kPa")
    {'entries': '2', 'unit': 'kPa'}
    """
    return dict(parse_qsl(address.partition("?")[2])) if is_operator(address) else {}


def open_operator(
    parts: SplitResult,
    *,
    address: str,
    instrument: str,
    person: Callable[[Asked], str] | None,
    transcript: Transcript | None,
) -> OperatorTransport:
    """Return the wire of an address `operator:?entries=2&unit=kPa&resolution=0.5`.

    Raises:
        ConnectFailed: a setting that there is not.
    """
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    entries = given.get("entries", "1")
    wrong = next((name for name in given if name not in _SETTINGS), "")
    if not wrong and entries not in {"1", "2", "3"}:
        wrong = f"entries={entries}"
    if not wrong and "resolution" in given and not keyed(given["resolution"]):
        wrong = f"resolution={given['resolution']}"
    if wrong or parts.netloc or parts.path:
        problem = Text("{wrong} cannot be set; write it like {example}", zh="无法设置 {wrong}，写法如 {example}")
        reason = problem.filled(wrong=wrong or parts.netloc or parts.path, example="operator:?entries=2&unit=kPa")
        raise ConnectFailed(instrument=instrument, address=address, reason=reason)
    return OperatorTransport(address, instrument, person, transcript, int(entries))
