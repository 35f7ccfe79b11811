"""What a section's function may ask of a run: fourteen verbs, closed."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn, ParamSpec, Protocol

from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.settling import Steady
from labctl.records.observation import Indication, Setting

P = ParamSpec("P")

Reads = Callable[[], Indication]
"""A method of a role that shows one indication, `unit.dc_voltage`."""

VERBS = (
    "apply", "observe", "scan", "record", "settle", "wait", "wait_until", "instruct", "ask", "attach", "note",
    "reject", "exclude", "stop",
)  # fmt: skip
"""Every verb; zero, repeat, check, fit, retry and environment are declared, or the engine's."""


class Run(Protocol):
    """A run, as the one who measures a point sees it. Every verb ends early when a person aborts the run."""

    def apply(self, symbol: str, call: Callable[P, Setting], *values: P.args, **named: P.kwargs) -> None:
        """Let a standard present a value: the intent first, then the output, then what was applied.

        Args:
            symbol: of the model's input, `V_s`.
            call: a sourcing method of a role, `source.source_dc_voltage`.
            *values: what the method takes.
            **named: what the method takes by name.
        """
        ...

    def observe(
        self, symbol: str, call: Reads | Sequence[Reads], *, times: int = 1, every: Quantity | str | None = None
    ) -> None:
        """Take readings of a series; each is durable before the next command is sent.

        Args:
            symbol: of the model's input, `V_ind`.
            call: a method that shows an indication, or one for each of several units.
            times: how many readings.
            every: from the beginning of one reading to that of the next; None: as fast as the instrument gives them.
        """
        ...

    def scan(self, *, first: tuple[str, Reads], then: tuple[str, Sequence[Reads]]) -> None:
        """Read a standard, the units, the units backwards, the standard: symmetric in time.

        Args:
            first: symbol and method of the standard.
            then: symbol and methods of the units.
        """
        ...

    def record(self, trace: str, call: Reads, *, every: Quantity | str) -> AbstractContextManager[None]:
        """Record a trace while the block runs.

        Args:
            trace: the symbol under which it is kept.
            call: a method that shows an indication.
            every: from the beginning of one reading to that of the next.
        """
        ...

    def settle(self, trace: str, call: Reads, steady: Steady) -> None:
        """Read until the indication is steady.

        Args:
            trace: the symbol under which the readings are kept.
            call: a method that shows an indication.
            steady: the criterion, with its time-out.

        Raises:
            NotSettled: it did not become steady in time; the attempt is rejected.
        """
        ...

    def wait(self, duration: Quantity | str) -> None:
        """Let time pass."""
        ...

    def wait_until(self, question: Callable[[], bool], *, timeout: Quantity | str) -> None:
        """Ask an instrument until it says yes.

        Raises:
            NotSettled: it did not in time.
        """
        ...

    def instruct(self, text: Text | str, *, picture: str = "") -> None:
        """Tell the operator what to bring about, and wait until it is confirmed. Every source is safe meanwhile.

        Args:
            text: one sentence.
            picture: a file of the procedure's folder.

        Raises:
            OperatorDeclined: the operator did not.
        """
        ...

    def ask(
        self, question: Text | str, *, unit: str = "", choices: Sequence[Text | str] = (), barcode: bool | str = False
    ) -> str:
        """Ask the operator, and return the answer as it was given.

        Args:
            question: one sentence.
            unit: a number in this unit is wanted.
            choices: one of these is wanted; the answer is its English words.
            barcode: a code is to be scanned; where it is a word, that one, and another is not taken.
        """
        ...

    def attach(self, file: Path | str) -> None:
        """Keep a file or photograph with the record; one that is named alone is of the method's folder.

        Where it cannot be read the attempt is rejected.
        """
        ...

    def note(self, text: Text | str) -> None:
        """Put a remark into the record."""
        ...

    def reject(self, reason: Text | str) -> NoReturn:
        """Reject this attempt; it is kept and made again."""
        ...

    def exclude(self, unit: object, reason: Text | str) -> None:
        """Leave a unit out from here on."""
        ...

    def stop(self, reason: Text | str) -> NoReturn:
        """Stop the run; the bench is made safe."""
        ...
