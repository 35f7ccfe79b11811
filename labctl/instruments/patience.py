"""How often something is looked at until it is as wanted; of units that go in step until it is so for the last one.

Whoever repeats alone what one of them did looks as often, so that nothing that follows happens earlier.
"""

from collections.abc import Sequence

from attrs import define, field


@define
class Patience:
    """The looks of a run, in the order in which they were begun.

    Args:
        needed: how often each thing is looked at, at the least; as often as it takes where nothing is said.
    """

    needed: Sequence[int] = ()
    taken: list[int] = field(factory=list[int], init=False)

    def begin(self) -> "Looks":
        """Return the looks at something that is waited for from now on."""
        self.taken.append(0)
        return Looks(self, len(self.taken) - 1)


@define
class Looks:
    """The looks at one thing."""

    patience: Patience
    number: int

    def take(self) -> None:
        """Count one more."""
        self.patience.taken[self.number] += 1

    @property
    def enough(self) -> bool:
        """Return whether there were as many as are needed at the least."""
        needed = self.patience.needed
        return self.number >= len(needed) or self.patience.taken[self.number] >= needed[self.number]
