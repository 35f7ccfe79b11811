"""The hidden errors of a bench: a standard's drawn from its own record, a unit's from what its type promises."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Protocol

import numpy as np
from attrs import define, frozen

from labctl.metrology.figure import Figure
from labctl.metrology.interval import parse_interval
from labctl.metrology.many import Floats, as_many, many, mapped
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Asset, Basis, Characteristic, CorrectionPoint, SpecificationLine, UnitUnderTest
from labctl.simulation.world import World


class TrueError(Protocol):
    """What has to be added to what an instrument says, or is set to, to have the truth; in one unit."""

    def at(self, value: float, hertz: float = 0.0) -> float:
        """Return the hidden error at a value, of an alternating one at a frequency."""
        ...


@frozen(kw_only=True)
class Errorless:
    """An instrument without a record is taken to be perfect."""

    def at(self, value: float, hertz: float = 0.0) -> float:  # noqa: ARG002  (the same everywhere)
        """Return zero."""
        return 0.0


@define(kw_only=True)
class BySpecification:
    """Within the limits of a specification: one rectangular draw for each of its ranges, bands and polarities.

    At every point the error is the limit there times the draw, so that each point alone is rectangularly
    distributed within its limits, and points of one range err together, as they do in a calibrator.
    """

    world: World
    names: tuple[str, ...]
    lines: tuple[SpecificationLine, ...]
    unit: str

    def at(self, value: float, hertz: float = 0.0) -> float:
        """Return the hidden error at a value."""
        line = line_for(self.lines, value, self.unit, hertz)
        half = half_width(line.figure, value, line.up_to.value_in(self.unit), self.unit)
        band = (line.frequency,) if line.frequency else ()
        return self.world.drawn(half, *self.names, f"up to {line.up_to}", *band, "+" if value >= 0 else "-")


@define(kw_only=True)
class ByCorrections:
    """As certified: the corrections, an error within their uncertainty, and the drift since."""

    world: World
    names: tuple[str, ...]
    points: tuple[CorrectionPoint, ...]  # ascending
    drift: str
    unit: str

    def at(self, value: float, hertz: float = 0.0) -> float:  # noqa: ARG002  (certified at one frequency)
        """Return the hidden error at a value, linear between the points of the certificate."""
        correction, u = (_between(self._places, each, value) for each in self._certified)
        drifted = half_width(self.drift, value, value, self.unit) if self.drift else 0.0
        certificate, drift = self._chance
        return correction + u * certificate + drift * drifted

    @cached_property
    def _places(self) -> list[float]:
        return [each.at.value_in(self.unit) for each in self.points]

    @cached_property
    def _certified(self) -> tuple[list[float], list[float]]:
        """Return correction and standard uncertainty at each point."""
        unit = "K" if self.unit == "°C" else self.unit  # a correction is a difference
        corrections = [each.correction.value_in(unit) for each in self.points]
        return corrections, [each.expanded_uncertainty.value_in(unit) / each.k for each in self.points]

    @cached_property
    def _chance(self) -> tuple[float, float]:
        """Return how far the certificate is off, in standard uncertainties, and the share of the drift."""
        return self.world.normal(*self.names, "certificate"), self.world.drawn(1.0, *self.names, "drift")


def _between(places: Sequence[float], figures: Sequence[float], value: float) -> float:
    """Return a figure of a certificate at a value, linear between its places, as at its ends beyond them."""
    differing = as_many(value)
    if differing is not None:
        return many(differing.members, _between_each(np.array(places), np.array(figures), differing.values))
    n = bisect_left(places, value)
    if n in {0, len(places)}:
        return figures[min(n, len(places) - 1)]
    share = (value - places[n - 1]) / (places[n] - places[n - 1])
    return (1 - share) * figures[n - 1] + share * figures[n]


def _between_each(places: Floats, figures: Floats, values: Floats) -> Floats:
    n = np.searchsorted(places, values)
    high, low = np.minimum(n, len(places) - 1), np.maximum(n - 1, 0)
    span = places[high] - places[low]
    share = (values - places[low]) / np.where(span > 0, span, 1.0)
    return np.where(span > 0, (1 - share) * figures[low] + share * figures[high], figures[low])


def of_standard(world: World, asset: Asset | None, quantity: str, unit: str) -> TrueError:
    """Draw the hidden error of a standard, on the basis that its record states."""
    if asset is None:
        return Errorless()
    names = (asset.key, quantity)
    if asset.basis is Basis.CORRECTIONS and asset.corrections.get(quantity):
        points = tuple(sorted(asset.corrections[quantity], key=lambda each: each.at.value_in(unit)))
        return ByCorrections(world=world, names=names, points=points, drift=asset.drift.get(quantity, ""), unit=unit)
    lines = _lines_of(asset.specification, quantity, unit)
    return BySpecification(world=world, names=names, lines=lines, unit=unit) if lines else Errorless()


def of_characteristic(world: World, asset: Asset, characteristic: Characteristic, unit: str) -> float:
    """Draw the true value of a named figure of an auxiliary, as its record says it is distributed."""
    half = half_width(characteristic.figure, 0.0, 0.0, unit)
    names = (asset.key, characteristic.name)
    match characteristic.distribution:
        case "normal":
            return world.normal(*names) * half / characteristic.k
        case "triangular":
            return world.drawn(half / 2, *names) + world.drawn(half / 2, *names, "and another")
        case "arcsine":
            return half * mapped(math.sin, world.drawn(math.pi / 2, *names))
        case _:
            return world.drawn(half, *names)


@frozen(kw_only=True)
class Constants:
    """How a meter errs on one range: reading = input * (1 + gain) + offset + bow."""

    gain: float
    offset: float  # in the unit of the quantity
    bow: float  # cubic linearity error at its greatest, in the same unit; zero at zero and full scale

    def error(self, value: float, top: float) -> float:
        """Return the error of indication at an input."""
        share = value / top
        return self.gain * value + self.offset + self.bow * 2.598 * (share - share**3)


def of_unit(  # noqa: PLR0913  (the facts of one draw)
    world: World,
    key: str,
    unit: UnitUnderTest | None,
    *,
    top: float,
    usual: str,
    scale: float,
    quantity: str = "DC voltage",
    symbol: str = "V",
    hertz: float = 0.0,
) -> Constants:
    """Draw how a meter errs on a range, within what its type promises there.

    Args:
        world: whose chance it is.
        key: the meter's name on the bench.
        unit: its type; without one the figure `usual` serves.
        top: upper end of the range, in the unit of the quantity.
        usual: the maximum permissible error taken without a type.
        scale: 1 draws within the limits; more lets some units fail.
        quantity: what is measured.
        symbol: its unit.
        hertz: of an alternating one; its errors are drawn for each band of frequencies that its type states.
    """
    lines = _lines_of(unit.specification if unit else (), quantity, symbol)
    line = line_for(lines, top, symbol, hertz) if lines else None
    figure = line.figure if line is not None else usual
    floor = half_width(figure, 0.0, top, symbol)
    slope = (half_width(figure, top, top, symbol) - floor) / top
    where: tuple[str, ...] = (key, f"range {top:g}" if quantity == "DC voltage" else f"{quantity} range {top:g}")
    where += (line.frequency,) if line is not None and line.frequency else ()
    return Constants(
        gain=world.drawn(0.8 * slope * scale, *where, "gain"),
        offset=world.drawn(0.5 * floor * scale, *where, "offset"),
        bow=world.drawn(0.3e-6 * top, *where, "bow"),
    )


def half_width(figure: str, nominal: float, top: float, unit: str) -> float:
    """Return what a figure such as `12 ppm * abs(nominal) + 20 µV` comes to, in a unit."""
    names = {"nominal": Quantity.of(nominal, unit), "range": Quantity.of(top, unit)}
    found = _read(figure).evaluate(names)
    return found.value_in("K" if unit == "°C" else unit) if isinstance(found, Quantity) else float(found)


@cache
def _read(figure: str) -> Figure:
    """Return a figure; a bench has few of them and asks for each many times."""
    return Figure(figure)


def _lines_of(lines: tuple[SpecificationLine, ...], quantity: str, unit: str) -> tuple[SpecificationLine, ...]:
    mine = (each for each in lines if each.quantity == quantity)
    return tuple(sorted(mine, key=lambda each: each.up_to.value_in(unit)))


def line_for(lines: tuple[SpecificationLine, ...], value: float, unit: str, hertz: float = 0.0) -> SpecificationLine:
    """Return the line that holds for a value at a frequency; beyond all of them the last one."""
    in_band = [each for each in lines if band_holds(each.frequency, hertz)] or list(lines)
    for line in in_band:
        if abs(value) <= line.up_to.value_in(unit) * (1 + 1e-9):
            return line
    return in_band[-1]


@cache
def band_holds(band: str, hertz: float) -> bool:
    """Return whether a frequency lies in a band; what is not alternating lies in every one."""
    return not band or not hertz or parse_interval(band).holds(Quantity.of(hertz, "Hz"))
