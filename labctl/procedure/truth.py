"""What is true on a procedure's simulated bench: stated beside it in `bench.py`, for validation and tests alone."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeVar

from attrs import define, field

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.load import module_of
from labctl.procedure.point import Point

FILE: Final = "bench.py"


class World(Protocol):
    """A simulated bench, as far as its hidden values go."""

    def truth(self, of: str, name: str, **at: float) -> float:
        """Return a hidden value: of an instrument by its name or role, or of the world itself."""
        ...


Truth = Callable[[World, Point], Mapping[str, Quantity]]
T = TypeVar("T", bound=Truth)


@define(eq=False)
class Truths:
    """The true results of a procedure's sections on its simulated bench.

    A function for each section returns, for one point and as soon as the point is measured, what each of its
    results truly is. The truth of a reduction is its own equation on true points, unless a function states it.

    >>> truths = Truths()
    >>> @truths.section("DC voltage")
    ... def error(bench, point):
    ...     return {"E": Quantity.of(bench.truth("meter", "error", at=10.0, range=10.0), "V")}
    >>> list(truths.by_section)
    ['DC voltage']
    """

    by_section: dict[str, Truth] = field(factory=dict[str, Truth])

    def section(self, title: str) -> Callable[[T], T]:
        """Let a function state the true results of a section."""

        def stated(function: T) -> T:
            self.by_section[title] = function
            return function

        return stated


def truths_of(folder: Path) -> Truths:
    """Return what is stated in a procedure's folder.

    Raises:
        ProcedureError: there is no `bench.py`, or it does not state one Truths.
    """
    file = folder / FILE
    if not file.is_file():
        raise ProcedureError(
            where=str(folder),
            problem=Text("nobody states what is true on its simulated bench", zh="没有说明模拟台位上的真值"),
            remedy=Text("Write a {file} with TRUTH = Truths()", zh="请编写 {file}，其中 TRUTH = Truths()").filled(
                file=FILE
            ),
        )
    found = [each for each in vars(module_of(file)).values() if isinstance(each, Truths)]
    if len(found) != 1:
        raise ProcedureError(
            where=str(file),
            problem=Text("states {count} truths, one is needed", zh="含有 {count} 个真值说明，应为一个").filled(
                count=len(found)
            ),
            remedy=Text("Write TRUTH = Truths() once", zh="请只写一次 TRUTH = Truths()"),
        )
    return found[0]
