"""How an instrument of this field errs: by its own record, by what its type promises, or by what is usual."""

from collections.abc import Iterable

from attrs import frozen

from labctl.records.equipment import SpecificationLine
from labctl.simulation.instrument import Placed
from labctl.simulation.truth import Errorless, TrueError, half_width, of_standard
from labctl.simulation.world import World


@frozen(kw_only=True)
class Linear:
    """Shows `slope` times the truth plus `intercept`."""

    slope: float = 1.0
    intercept: float = 0.0

    def shown(self, true: float) -> float:
        """Return what is shown of a true value."""
        return self.slope * true + self.intercept

    def true(self, shown: float) -> float:
        """Return what is true when a value is shown."""
        return (shown - self.intercept) / self.slope


@frozen(kw_only=True)
class ByRecord:
    """Errs as the record of a standard allows."""

    error: TrueError

    def shown(self, true: float) -> float:
        """Return what is shown of a true value; the error hardly changes over its own size."""
        return true - self.error.at(true)

    def true(self, shown: float) -> float:
        """Return what is true when a value is shown."""
        return shown + self.error.at(shown)


def indication_of(world: World, placed: Placed, quantity: str, unit: str, *, usual: str) -> "Linear | ByRecord":
    """Draw how an instrument shows a quantity.

    Args:
        world: whose chance it is.
        placed: the instrument; a standard's record comes first, then the type of a unit under test.
        quantity: as specifications name it.
        unit: of the values.
        usual: maximum permissible error of one without either, such as `4 % * abs(nominal) + 2 µg/m³`.
    """
    error = of_standard(world, placed.asset, quantity, unit)
    if not isinstance(error, Errorless):
        return ByRecord(error=error)
    figure, top = _figure(placed.unit.specification if placed.unit else (), quantity, unit) or (usual, 1.0)
    floor = half_width(figure, 0.0, top, unit)
    rise = half_width(figure, 1.0, top, unit) - floor
    return Linear(
        slope=1.0 + world.drawn(rise, placed.key, quantity, "slope"),
        intercept=world.drawn(floor, placed.key, quantity, "intercept"),
    )


def _figure(lines: Iterable[SpecificationLine], quantity: str, unit: str) -> tuple[str, float] | None:
    mine = [each for each in lines if each.quantity == quantity]
    if not mine:
        return None
    line = max(mine, key=lambda each: each.up_to.value_in(unit))
    return line.figure, line.up_to.value_in(unit)
