"""What an instrument has to say on a wire where its client fetches every answer: a bus, or a protocol made like one."""

from collections import deque
from typing import Final

from attrs import define, field, frozen

_ROOM: Final = 1 << 20  # bytes of answers that a client may leave unfetched


@frozen
class Fetched:
    """A piece of an answer, and why it ends there."""

    content: bytes
    ended: bool = False  # the answer is complete (END)
    matched: bool = False  # it ends with the character that the client wanted to stop at


@define(eq=False)
class OutputQueue:
    """Answers in order, each a message of its own; a new message of the client makes those unfetched void.

    That is how IEEE 488.2 (6.3.2.3) keeps an answer from being taken for that to a later question.
    """

    asked: int = 0  # the number of the client's message
    _answers: deque[bytes] = field(factory=deque, init=False)

    def __len__(self) -> int:
        return sum(len(each) for each in self._answers)

    @property
    def overrun(self) -> bool:
        """Return whether the client leaves more unfetched than there is room for."""
        return len(self) > _ROOM

    def begin(self) -> None:
        """Begin a new message of the client."""
        self.asked += 1
        self._answers.clear()

    def put(self, reply: bytes, asked: int | None) -> None:
        """Keep an answer until it is fetched, unless its question is no longer the newest."""
        if reply and asked in {None, self.asked}:
            self._answers.append(reply)

    def fetch(self, most: int, stop: int | None = None) -> Fetched:
        """Take the next piece of the oldest answer; of nothing where there is none.

        Args:
            most: bytes at most.
            stop: the character after which the piece ends.
        """
        if not self._answers:
            return Fetched(b"")
        answer = self._answers[0]
        place = answer.find(bytes([stop]), 0, most) if stop is not None else -1
        piece = answer[: most if place < 0 else place + 1]
        rest = answer[len(piece) :]
        if rest:
            self._answers[0] = rest
        else:
            self._answers.popleft()
        return Fetched(piece, not rest, place >= 0)
