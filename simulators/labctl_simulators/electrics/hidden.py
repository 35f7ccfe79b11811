"""How a meter truly errs: as its record says where it is a standard, as its type allows where it is not."""

from collections.abc import Callable
from typing import Protocol

from attrs import define, field, frozen

from labctl.records.equipment import Asset
from labctl.simulation.instrument import Placed
from labctl.simulation.truth import Constants, TrueError, of_standard, of_unit
from labctl.simulation.world import World


class Errs(Protocol):
    """A hidden error of indication."""

    @property
    def flat(self) -> bool:
        """Return whether what a frequency does to a signal is in its error already."""
        ...

    def error(self, value: float, top: float, hertz: float) -> float:
        """Return the error of indication at a value, on the range that ends at `top`."""
        ...


@frozen
class ByRecord:
    """A standard: what has to be added to its indication stands in its record."""

    missing: TrueError
    flat: bool = True

    def error(self, value: float, top: float, hertz: float) -> float:  # noqa: ARG002  (its record knows no ranges)
        """Return the error of indication at a value."""
        return -self.missing.at(value, hertz)


@define
class ByType:
    """A unit under test: within what its type promises, drawn for each band of frequencies when it is looked at."""

    drawn: Callable[[float], Constants]
    flat: bool = False
    _known: dict[float, Constants] = field(factory=dict[float, Constants], init=False)

    def error(self, value: float, top: float, hertz: float) -> float:
        """Return the error of indication at a value."""
        found = self._known.get(hertz)
        if found is None:
            found = self._known[hertz] = self.drawn(hertz)
        return found.error(value, top)


def hidden_error(
    world: World, placed: Placed, *, quantity: str, symbol: str, top: float, usual: str, scale: float
) -> Errs:
    """Draw how a meter errs on one range of one quantity."""
    if placed.unit is None and placed.asset is not None and _told(placed.asset, quantity):
        return ByRecord(of_standard(world, placed.asset, quantity, symbol))

    def drawn(hertz: float) -> Constants:
        return of_unit(
            world,
            placed.key,
            placed.unit,
            top=top,
            usual=usual,
            scale=scale,
            quantity=quantity,
            symbol=symbol,
            hertz=hertz,
        )

    return ByType(drawn)


def _told(asset: Asset, quantity: str) -> bool:
    return bool(asset.corrections.get(quantity)) or any(each.quantity == quantity for each in asset.specification)
