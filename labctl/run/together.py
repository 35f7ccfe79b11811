"""Several units that a person handles: read on one form, and told to do something once for all of them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from attrs import define, field

from labctl.events.kinds import Field, Place, Question
from labctl.events.of_unit import filled_in
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.procedure.run import Reads
from labctl.run.bench import Bench
from labctl.run.scribe import Scribe
from labctl.transport.operator import Asked, is_operator, settings_of

_ALL: Final = Text("All {count}: {text}", zh="全部 {count} 台：{text}")
_FEWEST: Final = 2  # of which a form is made


class Puts(Protocol):
    """The verbs of a run, as far as they put questions."""

    scribe: Scribe
    bench: Bench
    units: tuple[str, ...]

    def put(self, question: Question) -> str:
        """Put a question and return the answer."""
        ...

    def new_key(self) -> str:
        """Return a fresh name for a question."""
        ...


def owner_of(call: Reads) -> Driver | None:
    """Return the driver whose method it is; None for another function."""
    owner = getattr(call, "__self__", None)
    return owner if isinstance(owner, Driver) else None


@define
class Together:
    """Knows what was asked of several units at once, so that none is asked by itself.

    Args:
        run: puts the questions.
    """

    run: Puts
    _reading: dict[str, str] = field(factory=dict[str, str], init=False)  # address by instrument, of those to be read
    _filled: dict[str, str] = field(factory=dict[str, str], init=False)
    _told: dict[tuple[Place, str], set[str]] = field(factory=dict[tuple[Place, str], set[str]], init=False)

    @contextmanager
    def reading(self, drivers: Sequence[Driver]) -> Generator[None]:
        """Read some instruments, one after the other; those that a person reads have one form."""
        by_hand = {each.name: each.wire.address for each in drivers if is_operator(each.wire.address)}
        self._reading, self._filled = by_hand if len(by_hand) >= _FEWEST else {}, {}
        try:
            yield
        finally:
            self._reading, self._filled = {}, {}

    def answer(self, asked: Asked, instrument: str) -> str:
        """Return what a person said for an instrument when all were asked; empty where it has to be asked alone."""
        if asked.why is not None:
            return ""
        if asked.kind == "instruction":
            return self._carried_out(asked, instrument)
        if asked.kind == "number" and instrument in self._reading and not self._filled:
            self._filled = filled_in(self.run.put(self._form(asked, instrument)))
        return self._filled.pop(instrument, "") if asked.kind == "number" else ""

    def _form(self, asked: Asked, instrument: str) -> Question:
        fields = tuple(
            Field(unit=name, text=self._named(name), of=settings_of(address).get("unit", asked.unit))
            for name, address in self._reading.items()
        )
        text = _ALL.filled(count=len(fields), text=_without(asked.text, instrument))
        return Question(key=self.run.new_key(), kind="form", text=text, fields=fields)

    def _named(self, instrument: str) -> Text:
        serials = [each.expected.serial for each in self.run.bench.seats.values() if each.instrument == instrument]
        words = " ".join(filter(None, (instrument, *serials[:1])))
        return Text(words, zh=words)

    def _carried_out(self, asked: Asked, instrument: str) -> str:
        """Tell a person once what is to be done with every unit; asked about one again, tell it again."""
        units, place = self.run.units, self.run.scribe.place
        if instrument not in units or len(units) < _FEWEST:
            return ""
        done = self._told.setdefault((place, asked.of), set())
        if not done or instrument in done:
            text = _ALL.filled(count=len(units), text=_without(asked.text, instrument))
            answer = self.run.put(Question(key=self.run.new_key(), kind="instruction", text=text))
            if answer != "done":
                return answer
            done.clear()
        done.add(instrument)
        return "done"


def _without(text: Text, name: str) -> Text:
    """Return a sentence of an instrument's driver without the instrument's name before it."""
    return Text(text.en.removeprefix(f"{name}: "), zh=text.zh.removeprefix(f"{name}："))
