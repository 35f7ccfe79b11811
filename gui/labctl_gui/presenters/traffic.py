"""The traffic on the bench's wires as the window shows it: one line for each message, readable, newest last."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from attrs import define, evolve, field, frozen

from labctl.app.readable import readable
from labctl.app.traffic import Passed

LINES = 1000  # that are kept: the transcript has them all
_LONGEST = 160  # characters of a line
_MARKS = {"out": "→", "in": "←", "note": "·"}


@frozen(kw_only=True)
class TrafficLine:
    """One message on one wire."""

    at: datetime
    instrument: str
    direction: str
    content: bytes

    @property
    def text(self) -> str:
        """Return it as it stands in the log."""
        said = self.content.decode(errors="replace") if self.direction == "note" else readable(self.content)
        shown = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}… ({len(self.content)} B)"
        moment = f"{self.at.astimezone():%H:%M:%S}.{self.at.microsecond // 1000:03d}"
        return f"{moment}  {self.instrument:<12} {_MARKS[self.direction]} {shown}"


@define
class TrafficPresenter:
    """Keeps the newest lines; `wanted` is the instrument that is watched, empty for all.

    `changes` grows whenever what is shown is not merely longer than before.
    """

    wanted: str = ""
    changes: int = 0
    _lines: deque[TrafficLine] = field(factory=lambda: deque[TrafficLine](maxlen=LINES), init=False)

    def take(self, passed: Iterable[Passed]) -> None:
        """Take in what passed; the parts of an answer that came one after the other become one line."""
        for each in passed:
            line = TrafficLine(at=each.at, instrument=each.instrument, direction=each.direction, content=each.content)
            last = self._lines[-1] if self._lines else None
            if last is not None and _continues(last, line):
                self._lines[-1] = evolve(last, content=last.content + line.content)
                self.changes += 1
            else:
                self.changes += len(self._lines) == LINES
                self._lines.append(line)

    def watch(self, instrument: str) -> None:
        """Show one instrument alone, or all of them."""
        self.wanted = instrument
        self.changes += 1

    @property
    def lines(self) -> list[TrafficLine]:
        """Return the lines of what is watched."""
        return [each for each in self._lines if not self.wanted or each.instrument == self.wanted]


def _continues(last: TrafficLine, line: TrafficLine) -> bool:
    same = (last.instrument, last.direction) == (line.instrument, line.direction)
    return same and line.direction == "in" and not last.content.endswith(b"\n")
