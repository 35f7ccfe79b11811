"""For pack authors: a scripted wire, and the rules that every driver keeps."""

from collections.abc import Iterator
from inspect import getdoc, isfunction, signature
from types import TracebackType
from typing import Any, Final, Self

from labctl.errors import TransportPoisoned, TransportTimeout
from labctl.events.kinds import Event
from labctl.instruments import capabilities
from labctl.instruments.driver import Driver
from labctl.transport.base import Ending, end_of

VERBS: Final = ("Measure", "Set", "Return", "Bring", "Read", "Select", "Start", "Stop", "Store", "Take")
"""Words with which the documentation of a driver's method may begin."""

SILENCE: Final = None
"""Stands for an answer that never comes."""


class Conversation:
    r"""A wire that expects every byte, in order, and answers as the manual prints it.

    >>> with Conversation((b"*IDN?\n", b"ACME,1,2,3\n")) as wire:
    ...     wire.write(b"*IDN?\n")
    ...     wire.read(b"\n", within=1.0)
    b'ACME,1,2,3\n'

    An answer of `b""` means that there is none to read; `SILENCE` that a read times out. Left over exchanges fail
    the test at the end of the `with` block, or when `finish` is called.
    """

    def __init__(self, *exchanges: tuple[bytes, bytes | None], address: str = "conversation:") -> None:
        """Expect these messages, each with its answer."""
        self.address = address
        self.opened = 0
        self.cleared = 0
        self.heard: list[bytes] = []
        self._exchanges = list(exchanges)
        self._due: bytes | None = b""
        self._poisoned = False

    @property
    def poisoned(self) -> bool:
        """Return whether a read timed out since the wire was opened."""
        return self._poisoned

    def open(self) -> None:
        """Open the wire; what was due is dropped."""
        self.opened += 1
        self._poisoned = False
        self._due = b""

    def close(self) -> None:
        """Close the wire."""

    def clear(self) -> None:
        """Count a device clear."""
        self.cleared += 1

    def write(self, message: bytes) -> None:
        """Compare a message with the one expected here."""
        self._refuse_poisoned()
        assert self._exchanges, f"nothing was expected any more, but {message!r} was sent"  # noqa: S101  (a test's wire)
        assert not self._due, f"{self._due!r} was not read before {message!r} was sent"  # noqa: S101  (a test's wire)
        self.heard.append(message)
        expected, self._due = self._exchanges.pop(0)
        assert message == expected, f"expected {expected!r}, but {message!r} was sent"  # noqa: S101  (a test's wire)

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return the answer that is due; time out at once where nothing complete is."""
        self._refuse_poisoned()
        due = self._due or b""
        end = end_of(due, ending)
        if end < 0:
            self._poisoned, self._due = True, b""
            raise TransportTimeout(address=self.address, waited=within, received=due)
        self._due = due[end:]
        return due[:end]

    def finish(self) -> None:
        """Complain of what was expected and not sent, or sent and not read."""
        assert not self._exchanges, f"never sent: {[sent for sent, _ in self._exchanges]}"  # noqa: S101  (a test's wire)
        assert not self._due, f"never read: {self._due!r}"  # noqa: S101  (a test's wire)

    def __enter__(self) -> Self:
        """Return the wire, open."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complain of left-overs, unless the test failed already."""
        if kind is None:
            self.finish()

    def _refuse_poisoned(self) -> None:
        if self._poisoned:
            raise TransportPoisoned(address=self.address)


class Memory:
    """A witness that keeps what it hears."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.events: list[Event] = []

    def append(self, event: Event) -> int:
        """Keep an event and return its number, counted from 1."""
        self.events.append(event)
        return len(self.events)


def complaints(driver: type[Driver]) -> list[str]:
    """Return what a driver's class lacks; none where it keeps the rules of every driver.

    A test of a pack asserts that this is empty for each of its drivers. The rules: maker, model and quantities are
    declared; class and methods are documented, methods beginning with one of `VERBS`; what sources energy
    declares a safe state and can confirm it; a method that a capability names has that capability's arguments.
    """
    return [f"{driver.__qualname__}: {each}" for each in _complaints(driver)]


def _complaints(driver: type[Driver]) -> Iterator[str]:
    if not (driver.maker and driver.model and driver.quantities):
        yield "maker, model and quantities are declared in the class"
    if not vars(driver).get("__doc__"):
        yield "the class has a docstring"
    if driver.identify is Driver.identify:
        yield "identify asks the instrument who it is"
    for name, method in _methods(driver):
        words = (getdoc(method) or "").split(maxsplit=1)
        if not words or words[0] not in VERBS:
            yield f"the docstring of {name} begins with one of {', '.join(VERBS)}"
    yield from _unsafe(driver)
    yield from _misspelled(driver)


def _unsafe(driver: type[Driver]) -> Iterator[str]:
    presenting = sorted(name for kind in _presenting() for name in _promised_by(kind) if hasattr(driver, name))
    sourcing = [name for name in dir(driver) if name.startswith("source_")] or presenting
    if not sourcing:
        return
    if driver.safe is None:
        yield f"{sourcing[0]} puts energy on the bench, so a safe state is declared"
    elif not all(each.endswith(driver.terminator) for each in driver.safe.commands):
        yield "every safe command ends with the terminator"
    if driver.confirm_safe is Driver.confirm_safe:
        yield "confirm_safe asks the instrument"
    if not driver.limits and any(_sets_a_value(driver, each) for each in sourcing):
        yield "limits are declared"


def _presenting() -> list[type]:
    """Return the capabilities that put voltage, heat, flow or aerosol on the bench: they can stand by."""
    return [each for each in _capabilities() if capabilities.StandsBy in each.__mro__[1:]]


def _sets_a_value(driver: type[Driver], method: str) -> bool:
    return "Setting" in str(signature(getattr(driver, method)).return_annotation)


def _misspelled(driver: type[Driver]) -> Iterator[str]:
    """Compare the methods with those of the capabilities: whoever has one of a capability's has them all."""
    for capability in _capabilities():
        own, promised = _promised_by(capability), _promised(capability)
        missing = {name for name in promised if not hasattr(driver, name)}
        if missing and any(hasattr(driver, name) for name in own):
            yield f"{capability.__name__} needs {', '.join(sorted(missing))} too"
        for name in own:
            if not hasattr(driver, name):
                continue
            wanted, found = (
                list(signature(own[name]).parameters),
                list(signature(getattr(driver, name)).parameters),
            )
            if wanted != found:
                yield f"{name}({', '.join(found[1:])}) is spelled ({', '.join(wanted[1:])}) everywhere else"


def _promised_by(capability: type) -> dict[str, Any]:
    """Return the methods that a capability itself adds to those it builds on."""
    return {name: each for name, each in vars(capability).items() if _is_public(name, each)}


def _promised(capability: type) -> dict[str, Any]:
    """Return every method of a capability."""
    return {name: each for kind in capability.__mro__ for name, each in _promised_by(kind).items()}


def _capabilities() -> list[type]:
    named = (getattr(capabilities, each) for each in capabilities.__all__)
    return [each for each in named if isinstance(each, type) and getattr(each, "_is_protocol", False)]


def _methods(driver: type[Driver]) -> list[tuple[str, Any]]:
    return [(name, each) for name, each in vars(driver).items() if _is_public(name, each)]


def _is_public(name: str, member: object) -> bool:
    return isfunction(member) and not name.startswith("_")
