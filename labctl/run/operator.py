"""Who carries instructions out: a person through a controller, or nobody, where a policy answers at once."""

import json
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from attrs import define

from labctl.events.kinds import Question
from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.keyed import folded, keyed
from labctl.metrology.quantity import Quantity
from labctl.procedure.inspections import CONFORMS, INSPECTION
from labctl.run.control import NobodyThere
from labctl.transport.operator import SERIAL, Asked

Tells = Callable[[str, Mapping[str, str]], None]
_OTHER_SERIAL: Final = Text(
    "The station names another serial number; read it once more", zh="与台位登记的出厂编号不符，请再读一次"
)
_DOUBTFUL: Final = Text("{value} lies outside {allowed}; read it again", zh="{value} 超出 {allowed}；请重新读取")


class Operator(Protocol):
    """Somebody at the bench, as the engine sees them."""

    @property
    def attended(self) -> bool:
        """Return whether there is a person who can decide."""
        ...

    def answers(self, question: Question) -> str | None:
        """Return an answer at once, or None: a person answers through a controller.

        Raises:
            NobodyThere: it takes a person, and there is none.
        """
        ...

    def carried_out(self, question: Question, about: Mapping[str, str]) -> None:
        """Hear that an instruction was carried out.

        Args:
            question: the instruction.
            about: what it was about: instruments by role, and the columns of the point.
        """
        ...


@define
class Person:
    """A person at a controller. On a simulated bench the world hears of what they did.

    Args:
        tell: tells a simulated world the picture of an instruction, and what it was about.
    """

    tell: Tells = lambda _picture, _about: None

    @property
    def attended(self) -> bool:
        """Return true."""
        return True

    def answers(self, question: Question) -> str | None:  # noqa: ARG002  (a person reads it)
        """Return None: the person answers through a controller."""
        return None

    def carried_out(self, question: Question, about: Mapping[str, str]) -> None:
        """Tell the simulated world."""
        self.tell(question.picture, about)


@define
class Policy(Person):
    """Nobody: instructions count as carried out, whatever needs a decision ends the engine's work for now.

    Args:
        tell: tells a simulated world the picture of an instruction, and what it was about.
        inspects: whether the unit counts as in order where an inspection is asked for; on a simulated bench alone.
    """

    inspects: bool = False

    @property
    def attended(self) -> bool:
        """Return false."""
        return False

    def answers(self, question: Question) -> str | None:
        """Return "done" to an instruction, and on a simulated bench the code that is wanted.

        Raises:
            NobodyThere: anything else is a person's to answer.
        """
        if self.inspects and question.key.startswith(INSPECTION):
            every = {each.unit: CONFORMS.en for each in question.fields}
            return json.dumps(every) if every else CONFORMS.en
        if self.inspects and question.kind == "barcode" and question.choices:
            return question.choices[0].en  # whoever does as told has the right thing in hand
        if question.kind != "instruction":
            raise NobodyThere
        return "done"


def question_of(asked: Asked, key: str) -> Question:
    """Return what an instrument without a wire asks, as it stands on the card."""
    return Question(key=key, kind=asked.kind, text=asked.said, unit=asked.unit)


def doubt_of(asked: Asked, answer: str, serial: str, limits: Mapping[str, Limit]) -> Text | None:
    """Return why an answer is not believed before it is read once more; None where nothing speaks against it.

    Args:
        asked: what was asked.
        answer: as it was keyed in.
        serial: the serial number that the station names; empty: any.
        limits: what the station holds possible, by quantity.
    """
    if asked.of == SERIAL:
        return _OTHER_SERIAL if serial and folded(answer) != serial else None
    limit = limits.get(asked.of)
    if asked.kind != "number" or limit is None or not keyed(answer):
        return None
    value = Quantity.of(float(keyed(answer)), asked.unit)
    return None if limit.holds(value) else _DOUBTFUL.filled(value=str(value), allowed=limit.text)
