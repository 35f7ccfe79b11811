"""Fixtures of pytest for whoever writes a pack; a conftest.py that says `pytest_plugins = ["labctl.testing.plugin"]`.

| fixture | is called with | returns |
|---|---|---|
| `instrument` | a model, a wire | its driver beside its simulator, as `labctl.testing.alone` |
| `checked` | a procedure | what `labctl check` finds on its own bench, notes left out |
| `simulated` | a procedure, a seed, noise, faults | what `labctl simulate-run` leaves behind |
| `validated` | a procedure, trials, a seed | what `labctl validate` counts |

A procedure is the name of an installed one, or its folder.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from labctl.app.check import check
from labctl.app.simulate_run import SimulatedRun, simulate_run
from labctl.app.validate import Validation, validate
from labctl.language import Language
from labctl.procedure.finding import Finding, Severity
from labctl.simulation.host import Bench
from labctl.testing.lone import LOOPBACK, LoneInstrument, alone


class Simulated(Protocol):
    """Carries a procedure out on its simulated bench."""

    def __call__(
        self,
        procedure: str | Path,
        *,
        seed: int | None = None,
        noise: bool | None = None,
        faults: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> SimulatedRun:
        """Return what the run left behind, its certificate issued and verified.

        Args:
            procedure: what is carried out.
            seed: of all chance; the bench's own where none is given.
            noise: whether anything changes by chance in time; as the bench says where nothing is given.
            faults: by instrument, as `{"meter": {"name": "late", "on": "READ", "times": 1}}`; there from the start.

        Raises:
            RunNotFinished: the run did not come to its end.
        """
        ...


class Validated(Protocol):
    """Holds a procedure against the truth."""

    def __call__(self, procedure: str | Path, *, trials: int = 100, seed: int = 1) -> Validation:
        """Return how often the stated intervals of so many simulated units held the truth."""
        ...


@pytest.fixture
def instrument() -> Iterator[Callable[..., LoneInstrument]]:
    """Return a function that puts one instrument on a bench of its own; taken down when the test ends."""
    with ExitStack() as standing:

        def stand(model: str, wire: str = LOOPBACK, **settings: Any) -> LoneInstrument:  # noqa: ANN401  (as alone)
            return standing.enter_context(alone(model, wire=wire, **settings))

        yield stand


@pytest.fixture
def checked() -> Callable[[str | Path], tuple[Finding, ...]]:
    """Return a function that returns the errors and warnings of a procedure; none is what is wanted."""

    def found(procedure: str | Path) -> tuple[Finding, ...]:
        findings = check(str(procedure), own_bench=True)
        return tuple(each for each in findings if each.severity is not Severity.NOTE)

    return found


@pytest.fixture
def simulated(tmp_path: Path) -> Simulated:
    """Return a function that runs a procedure in simulated time and issues its certificate into a temporary folder."""
    made = 0

    def run(
        procedure: str | Path,
        *,
        seed: int | None = None,
        noise: bool | None = None,
        faults: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> SimulatedRun:
        def begin(bench: Bench) -> None:
            for key, fault in (faults or {}).items():
                bench.fault(key, **fault)

        nonlocal made
        made += 1
        out = tmp_path / f"simulated-{made}"
        return simulate_run(
            str(procedure), out, seed=seed, noise=noise, language=Language.ENGLISH, say=print, begin=begin
        )

    return run


@pytest.fixture
def validated() -> Validated:
    """Return a function that calibrates simulated units whose errors are known, in the test's own process."""

    def count(procedure: str | Path, *, trials: int = 100, seed: int = 1) -> Validation:
        return validate(str(procedure), trials=trials, seed=seed, workers=0)

    return count
