"""Who carries instructions out: a person through a controller, or nobody, where a policy answers at once."""

from collections.abc import Callable
from typing import Final, Protocol

from attrs import define

from labctl.events.kinds import Question
from labctl.language import Text
from labctl.run.control import NobodyThere
from labctl.transport.operator import Asked

OTHER_SERIAL: Final = Text(
    "The station names another serial number; read it once more", zh="与台位登记的出厂编号不符，请再读一次"
)


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

    def carried_out(self, question: Question) -> None:
        """Hear that an instruction was carried out."""
        ...


@define
class Person:
    """A person at a controller. On a simulated bench the world hears of what they did.

    Args:
        tell: tells a simulated world the picture of an instruction.
    """

    tell: Callable[[str], None] = lambda _picture: None

    @property
    def attended(self) -> bool:
        """Return true."""
        return True

    def answers(self, question: Question) -> str | None:  # noqa: ARG002  (a person reads it)
        """Return None: the person answers through a controller."""
        return None

    def carried_out(self, question: Question) -> None:
        """Tell the simulated world."""
        self.tell(question.picture)


@define
class Policy(Person):
    """Nobody: instructions count as carried out, whatever needs a decision ends the engine's work for now."""

    @property
    def attended(self) -> bool:
        """Return false."""
        return False

    def answers(self, question: Question) -> str | None:
        """Return "done" to an instruction.

        Raises:
            NobodyThere: anything else is a person's to answer.
        """
        if question.kind != "instruction":
            raise NobodyThere
        return "done"


def question_of(asked: Asked, key: str) -> Question:
    """Return what an instrument without a wire asks, as it stands on the card."""
    return Question(key=key, kind=asked.kind, text=asked.said, unit=asked.unit)
