"""One connection to a simulated instrument: bytes in, answers out when they are due, faults on the way."""

import math
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from attrs import define, evolve, field

from labctl.metrology.many import Members, NotInStep
from labctl.simulation.chance import Stream, uniform
from labctl.simulation.faults import Fault
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.pace import Ear, Pace
from labctl.simulation.talk import Said, Talk
from labctl.transport.session import Framing, Peer


@define
class Words:
    """What an answer says: composed when its turn comes, once.

    Args:
        compose: puts it into words.
        members: of worlds in step, whose words may differ.
        said: what was put into words for it before, while the question was heard.
    """

    compose: Callable[[], list[bytes]]
    members: Members | None = None
    said: list[tuple[bytes, list[bytes]]] = field(factory=list[tuple[bytes, list[bytes]]])
    _composed: list[bytes] | None = field(default=None, init=False)

    def all(self) -> list[bytes]:
        """Return the words; twice the same where the answer comes twice."""
        if self._composed is None:
            with self.members.listening(self.said) if self.members is not None else nullcontext():
                self._composed = self.compose()
        return self._composed

    def of_each(self, answer: bytes) -> list[bytes] | None:
        """Return the answer as each of the worlds in step gives it; None where all give the same.

        Raises:
            NotInStep: the numbers in it are not written one after the other, so that nobody knows what the others say.
        """
        if not self.said or self.members is None:
            return None
        parts: list[list[bytes]] = []
        at = 0
        for first, each in self.said:
            place = answer.find(first, at)
            if place < 0:
                raise NotInStep(f"an answer {answer!r} without {first!r}")
            parts += [[answer[at:place]] * self.members.count, each]
            at = place + len(first)
        parts.append([answer[at:]] * self.members.count)
        return [b"".join(each) for each in zip(*parts, strict=True)]


@define
class Reply:
    """An answer on its way: it leaves the instrument when it is due, and then all of it has arrived."""

    due: float  # instant of the world
    words: Words
    leaving: bool = False  # composed; `due` is when its last byte arrives
    whole: bool = True  # with its terminator: a reader is content
    late: bool = False  # comes even to those who connect later
    asked: int = 0  # number of the message it answers
    missing: int = 0  # bytes at the end of its frame
    sound: bool = True  # the check value of its frame is right


@define(eq=False)
class Line:
    """A session of a client with an instrument.

    A message is carried out when it is complete, on every line. On a *claimed* line of a simulated time the answer is
    put on the wire when the borrower of the clock is owed it; on a line of wall time when it is due; and on every
    other line, an observer's, at once, at the present instant. What is said takes the time of its characters on a
    serial line; what is heard is carried out at once, and answered as if it had taken the same.
    """

    instrument: SimulatedInstrument
    peer: Peer
    address: str
    names: tuple[object, ...]  # of its stream of jitter
    later: Callable[[float, Callable[[], None]], None] | None = None  # timer of wall time
    lasting: bool = False  # a wire without connections, such as a serial line: always there
    pace: Pace = field(default=Pace())
    claimed: bool = False
    received: int = 0  # bytes, since it was opened or claimed
    up: bool = True
    dialogue: Talk[Any] = field(init=False)
    outbox: deque[Reply] = field(factory=deque, init=False)
    _busy_until: float = field(default=0.0, init=False)
    _said_until: float = field(default=0.0, init=False)  # the wire carries an answer
    _ear: Ear = field(init=False)
    _jitter: Stream = field(init=False)
    _framing: Framing | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin the talk."""
        self._framing = self.peer if isinstance(self.peer, Framing) else None
        self._ear = Ear(self.pace)
        self._begin()
        self._jitter = Stream(self.names)
        self.instrument.on_power.append(self.power_cycled)

    # --- what the server tells ---------------------------------------------------------------------------------------

    def receive(self, received: bytes, *, end: bool = False) -> None:
        """Take bytes from the wire; `end` says that the wire itself marked the end of the message."""
        self.received += len(received)
        pieces = self.dialogue.pieces(received) if self.pace.character else [received]
        for number, piece in enumerate(pieces, start=1):
            if self.pace.character:
                self._ear.hear(len(piece), self.instrument.world.catch_up())
            for message in self.dialogue.messages(piece, end=end and number == len(pieces)):
                if not self.up:
                    return
                self._take(message)

    def clear(self) -> None:
        """Forget what is half said, on both sides (device clear)."""
        self.dialogue.clear()
        self._forget()
        self.received = 0

    def status_byte(self, *, unread: bool = False) -> int:
        """Return the status byte, as a poll of the wire reads it."""
        return self.dialogue.status_byte(unread=unread)

    def trigger(self) -> None:
        """Do what a trigger by the means of the wire stands for, where the instrument knows one."""
        message = self.dialogue.trigger()
        if self.up and message is not None:
            self._take(message)

    def closed(self) -> None:
        """Learn that the peer went away."""
        if self.up:
            self._gone()

    def power_cycled(self) -> None:
        """Lose what was in the instrument's memory; a connection breaks, a serial line stays."""
        self._forget()
        if self.lasting:
            self._begin()
        elif self.up:
            self._gone()
            self.peer.hang_up()

    # --- what the clock's borrower asks ------------------------------------------------------------------------------

    def claim(self, names: tuple[object, ...]) -> None:
        """Become the borrower's from now on: counts begin again, what was owed to whoever spoke before is dropped."""
        self.claimed = True
        self.received = 0
        self.outbox = deque(each for each in self.outbox if each.late)
        self._said_until = 0.0
        self._jitter = Stream(names)

    def release(self) -> None:
        """Become an observer's line again."""
        self.claimed = False
        self.outbox.clear()

    def arrival(self) -> float:
        """Let the first answer leave, whose turn has come; return the instant at which its last byte arrives."""
        reply = self.outbox[0]
        if self.pace.character and not reply.leaving:
            lasts = sum(self.pace.said(len(each)) for each in reply.words.all() if each)
            reply.leaving, reply.due = True, max(reply.due, self._said_until) + lasts
            self._said_until = reply.due
        return reply.due

    def put_next(self) -> bool:
        """Put the first answer on the wire, at the present instant; tell whether it was whole."""
        reply = self.outbox.popleft()
        for each in reply.words.all():
            if (members := self.instrument.world.members) is not None:
                members.told = (each, reply.words.of_each(each))
                if self.pace.character and members.told[1] is not None:
                    members.pace(members.told[1])
            if each and self._framing is not None:
                self._framing.send_frame(each, asked=reply.asked, missing=reply.missing, sound=reply.sound)
            elif each:
                self.peer.send(each, asked=reply.asked)
        return reply.whole

    # --- one message -------------------------------------------------------------------------------------------------

    def _take(self, message: object) -> None:
        world = self.instrument.world
        now = world.catch_up()
        struck = self.instrument.faults.struck_by(*self.dialogue.names(message))
        if "power cycle" in struck:
            self.instrument.power_cycle()
            return
        if "reset" in struck:
            self._gone()
            self.peer.hang_up()
            return
        self.dialogue.struck = struck
        early: list[tuple[bytes, list[bytes]]] = []
        with world.members.listening(early) if world.members is not None else nullcontext():
            said = self.dialogue.reply(message)
        if "unsolicited" in struck:
            line = self.dialogue.unasked(struck["unsolicited"].line)
            self._post(Reply(now, Words(lambda: [line]), asked=self.peer.asked))
        if said is not None and "silence" not in struck:
            reply = self._reply(said, struck, now)
            reply.words.members, reply.words.said = world.members, early
            self._post(reply)
            if lag := struck["duplicate"].seconds if "duplicate" in struck else 0.0:
                self._post(evolve(reply, due=reply.due + lag, late=False))

    def _reply(self, said: Said, struck: dict[str, Fault], now: float) -> Reply:
        dialogue = self.dialogue
        heard = max(now, self._ear.until)
        due = max(heard + said.after, self._busy_until) + dialogue.latency * self._haste()
        due += struck["delay"].seconds if "delay" in struck else 0.0
        self._busy_until = due
        due += struck["late"].seconds if "late" in struck else 0.0  # others overtake it

        framing = self._framing
        checked = framing is not None and framing.checked
        missing = struck["truncate"].bytes if "truncate" in struck else 0

        def compose() -> list[bytes]:
            words = said.compose()
            if "garble" in struck or ("crc" in struck and not checked):
                words = dialogue.garbled(words, uniform(*self.names, "garbled", words))
            if "truncate" in struck and framing is None:
                words = dialogue.truncated(words, missing)
            return [words, words] if "duplicate" in struck and not struck["duplicate"].seconds else [words]

        return Reply(
            due,
            Words(compose),
            whole="truncate" not in struck,
            late="late" in struck,
            asked=self.peer.asked,
            missing=missing if framing is not None else 0,
            sound="crc" not in struck,
        )

    def _haste(self) -> float:
        """Return by which factor an answer takes longer than the shortest: the instrument has other work as well."""
        return 1.0 + 0.2 * (self._jitter.uniform() if self.instrument.world.noisy else 0.5)

    def _post(self, reply: Reply) -> None:
        place = next((n for n, each in enumerate(self.outbox) if each.due > reply.due), len(self.outbox))
        self.outbox.insert(place, reply)
        if self.later is not None and math.isfinite(reply.due):
            self.later(max(reply.due - self.instrument.world.present, 0.0), self.put_due)
        elif self.later is None and not self.claimed:
            self.put_next()

    def put_due(self) -> None:
        """Put every answer on the wire that is due by now."""
        now = self.instrument.world.catch_up()
        while self.up and self.outbox and self.outbox[0].due <= now:
            arrived = self.arrival()
            if arrived <= now:
                self.put_next()
            elif self.later is not None:
                self.later(arrived - now, self.put_due)

    def _begin(self) -> None:
        self.dialogue = self.instrument.dialogue()
        self.dialogue.address = self.address

    def _forget(self) -> None:
        """Owe nothing any more, and be busy with nothing."""
        self.outbox.clear()
        self._busy_until = self._said_until = 0.0
        self._ear = Ear(self.pace)

    def _gone(self) -> None:
        self.up = False
        self.outbox.clear()
        self.instrument.on_power.remove(self.power_cycled)
