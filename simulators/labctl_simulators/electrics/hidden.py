"""How a meter truly errs: as its record says where it is a standard, as its type allows where it is not."""

from typing import Protocol

from attrs import frozen

from labctl.records.equipment import Asset
from labctl.simulation.instrument import Placed
from labctl.simulation.truth import TrueError, of_standard, of_unit
from labctl.simulation.world import World


class Errs(Protocol):
    """A hidden error of indication."""

    def error(self, value: float, top: float) -> float:
        """Return the error of indication at a value, on the range that ends at `top`."""
        ...


@frozen
class ByRecord:
    """A standard: what has to be added to its indication stands in its record."""

    missing: TrueError

    def error(self, value: float, top: float) -> float:  # noqa: ARG002  (its record knows no ranges)
        """Return the error of indication at a value."""
        return -self.missing.at(value)


def hidden_error(
    world: World, placed: Placed, *, quantity: str, symbol: str, top: float, usual: str, scale: float
) -> Errs:
    """Draw how a meter errs on one range of one quantity."""
    if placed.unit is None and placed.asset is not None and _told(placed.asset, quantity):
        return ByRecord(of_standard(world, placed.asset, quantity, symbol))
    return of_unit(world, placed.key, placed.unit, top=top, usual=usual, scale=scale, quantity=quantity, symbol=symbol)


def _told(asset: Asset, quantity: str) -> bool:
    return bool(asset.corrections.get(quantity)) or any(each.quantity == quantity for each in asset.specification)
