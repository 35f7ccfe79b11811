"""A program of ONC RPC (RFC 5531) on a socket: one connection's calls, carried out one after the other."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, Protocol, cast

from attrs import define, field, frozen

from labctl.transport.reactor import Reactor
from labctl.transport.rpc_message import (
    GARBAGE_ARGUMENTS,
    PROCEDURE_UNAVAILABLE,
    PROGRAM_MISMATCH,
    PROGRAM_UNAVAILABLE,
    SUCCESS,
    Call,
    Garbage,
    NoCall,
    OtherVersion,
    Reading,
    Records,
    accepted,
    framed,
    refused_version,
    words,
)
from labctl.transport.serve_socket import PATIENCE

_LONGEST: Final = 1 << 20  # bytes of a call
_CALLS: Final = 256  # that may wait behind one another
_NOTHING: Final = 0  # the procedure that every program has, to see whether it is there


@frozen
class Wait:
    """A result that is not there yet."""

    ready: "Callable[[], Outcome | None]"  # asked when something changed
    expired: bytes  # the result when the time is over
    within: float  # seconds of wall time


Outcome = bytes | Wait


class Callee(Protocol):
    """What one connection reaches; its procedures belong to the program."""

    def closed(self) -> None:
        """Learn that the connection ended."""
        ...


@frozen
class Program:
    """A program in one version."""

    number: int
    version: int
    procedures: Mapping[int, Callable[..., Outcome]]  # of a callee and its arguments


@define(eq=False)
class RpcConnection(asyncio.Protocol):
    """One client; a call that has to wait holds up those behind it, as it does in an instrument."""

    reactor: Reactor
    program: Program
    made: Callable[["RpcConnection"], Callee]  # what this connection reaches
    open_ones: "set[RpcConnection]"
    _callee: Callee | None = field(default=None, init=False)
    _transport: asyncio.Transport | None = field(default=None, init=False)
    _records: Records = field(factory=lambda: Records(_LONGEST), init=False)
    _calls: deque[bytes] = field(factory=deque, init=False)
    _waiting: Wait | None = field(default=None, init=False)
    _transaction: int = field(default=0, init=False)
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        if self.reactor.stopping:
            self._transport.abort()
            return
        self.open_ones.add(self)
        self._callee = self.made(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (however it ended)
        """End."""
        self.open_ones.discard(self)
        self._transport = None
        self._stop_waiting()
        if self._callee is not None:
            self._callee.closed()

    def data_received(self, data: bytes) -> None:
        """Carry out what the bytes complete."""
        try:
            self._calls.extend(self._records.records(data))
        except NoCall:
            self.abort()
            return
        if len(self._calls) > _CALLS:
            self.abort()
            return
        self._work()

    def look(self) -> None:
        """Look whether the result that is waited for is there."""
        waiting, self._waiting = self._waiting, None  # what becomes ready may make others look again
        if waiting is None:
            return
        outcome = waiting.ready()
        if outcome is None:
            self._waiting = waiting
            return
        self._stop_waiting()
        self._settle(outcome)
        self._work()

    def abort(self) -> None:
        """Break the connection at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # --- inside ------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._calls and self._waiting is None and self._transport is not None:
            self._carry_out(self._calls.popleft())

    def _carry_out(self, record: bytes) -> None:
        try:
            call = Call.decode(record)
        except NoCall:
            self.abort()
            return
        except OtherVersion as error:
            self._write(refused_version(error.transaction))
            return
        self._transaction = call.transaction
        if call.program != self.program.number:
            self._answer(PROGRAM_UNAVAILABLE)
        elif call.version != self.program.version:
            self._answer(PROGRAM_MISMATCH, words(self.program.version, self.program.version))
        elif call.procedure == _NOTHING:
            self._answer(SUCCESS)
        elif call.procedure not in self.program.procedures:
            self._answer(PROCEDURE_UNAVAILABLE)
        else:
            self._perform(self.program.procedures[call.procedure], call.arguments)

    def _perform(self, procedure: Callable[..., Outcome], arguments: Reading) -> None:
        try:
            outcome = procedure(self._callee, arguments)
        except Garbage:
            self._answer(GARBAGE_ARGUMENTS)
        else:
            self._settle(outcome)

    def _settle(self, outcome: Outcome) -> None:
        if isinstance(outcome, Wait):
            self._waiting = outcome
            self._timer = self.reactor.loop.call_later(outcome.within, self._expire)
        else:
            self._answer(SUCCESS, outcome)

    def _expire(self) -> None:
        waiting = self._waiting
        if waiting is not None:
            self._stop_waiting()
            self._settle(waiting.expired)
            self._work()

    def _stop_waiting(self) -> None:
        self._waiting = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _answer(self, status: int, result: bytes = b"") -> None:
        self._write(accepted(self._transaction, status, result))

    def _write(self, reply: bytes) -> None:
        if self._transport is None:
            return
        self._transport.write(framed(reply))
        if self._transport.get_write_buffer_size() > PATIENCE:
            self.abort()
