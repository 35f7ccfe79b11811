"""The second-order check: would curvature of the model change an uncertainty that slopes alone gave."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from attrs import evolve, frozen

from labctl.errors import UncertaintyError
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations, Leaf
from labctl.metrology.propagation import Leaves, Slot, propagate

NOTABLE = 0.05  # a change of u by more than this is worth a warning
_MOST = 12  # inputs whose pairs are examined; the largest ones
_NOISE = 64 * float(np.finfo(np.float64).eps)


@frozen(eq=False)
class Curvature:
    """Standard uncertainty with second-order terms, and whether the model exists one u around its inputs."""

    u: Floats
    defined: np.ndarray[tuple[int], np.dtype[np.bool_]]


def second_order(
    equations: Equations, entering: Leaves, spreads: Mapping[Slot, Floats], first: Mapping[str, Floats]
) -> dict[str, Curvature]:
    """Return, for each result of `first` that is not linear, u with the terms of JCGM 100:2008, 5.1.2 NOTE.

    Where a bound shows them to be negligible (`labctl.metrology.screening`) they need not be asked for. `spreads`
    holds the standard uncertainty of every input, `first` the first-order u of every result. Derivatives are
    differences over one u; inputs that the text shows to be linear are not tried.
    """
    found: dict[str, Curvature] = {}
    for name, pairs in equations.curved.items():
        bent = [slot for slot in entering.slots if _occurs(slot, pairs) and bool(np.any(spreads[slot] > 0))]
        if bent and name in first:
            found[name] = _result(_Probe(equations, entering, spreads, name), bent, pairs, first[name])
    return found


Move = tuple[tuple[Slot, int], ...]


@frozen(eq=False)
class _Probe:
    """Evaluates one result with some inputs moved by a standard uncertainty, many moves in one pass."""

    equations: Equations
    entering: Leaves
    spreads: Mapping[Slot, Floats]
    name: str

    def __call__(self, moves: Sequence[Move]) -> dict[Move, Floats]:
        if not self._in_one_pass:
            return {move: self._one(move) for move in moves}
        points = self.entering.points
        scalars = {symbol: np.tile(value, (len(moves), 1)) for symbol, value in self.entering.scalars.items()}
        vectors = {symbol: np.tile(value, (len(moves), 1, 1)) for symbol, value in self.entering.vectors.items()}
        for number, move in enumerate(moves):
            for slot, sign in move:
                if slot.element is None:
                    scalars[slot.symbol][number] += sign * self.spreads[slot]
                else:
                    vectors[slot.symbol][number, :, slot.element] += sign * self.spreads[slot]
        there = evolve(
            self.entering,
            scalars={symbol: value.ravel() for symbol, value in scalars.items()},
            vectors={symbol: value.reshape(-1, value.shape[-1]) for symbol, value in vectors.items()},
            points=len(moves) * points,
        )
        try:
            found = propagate(self.equations, there, slopes=False)[self.name].value.reshape(len(moves), points)
        except UncertaintyError:
            return {move: self._one(move) for move in moves}  # which of them, and no more than those
        return dict(zip(moves, found, strict=True))

    @property
    def _in_one_pass(self) -> bool:
        """Return whether all moves can be made side by side: at one point, and no selection that they could change."""
        if self.equations.is_plain:
            return True
        selects = any(each.conditions for each in self.equations.graph.operations)
        return self.entering.points == 1 and not selects

    def _one(self, move: Move) -> Floats:
        scalars, vectors = dict(self.entering.scalars), dict(self.entering.vectors)
        for slot, sign in move:
            if slot.element is None:
                scalars[slot.symbol] = scalars[slot.symbol] + sign * self.spreads[slot]
            else:
                moved = vectors[slot.symbol].copy()
                moved[:, slot.element] += sign * self.spreads[slot]
                vectors[slot.symbol] = moved
        there = evolve(self.entering, scalars=scalars, vectors=vectors)
        try:
            return propagate(self.equations, there, slopes=False)[self.name].value
        except UncertaintyError:  # one u away a physical equation no longer holds: undefined there, as a caution says
            return np.full(self.entering.points, np.nan)


def _result(probe: _Probe, bent: list[Slot], pairs: frozenset[tuple[Leaf, Leaf]], first: Floats) -> Curvature:
    here = propagate(probe.equations, probe.entering)[probe.name]
    column = {slot: number for number, slot in enumerate(probe.entering.slots)}
    noise = _NOISE * here.scale
    ends = probe([((slot, sign),) for slot in bent for sign in (1, -1)])
    up = {slot: ends[((slot, 1),)] for slot in bent}
    down = {slot: ends[((slot, -1),)] for slot in bent}
    with np.errstate(all="ignore"):
        slope = {slot: here.slopes.get(column[slot], np.zeros_like(first)) * probe.spreads[slot] for slot in bent}
        added = np.zeros_like(first)
        for slot in bent:
            twice = _quiet(up[slot] + down[slot] - 2 * here.value, noise)
            odd = _quiet((up[slot] - down[slot]) / 2 - slope[slot], noise)
            added = added + twice**2 / 2 + 6 * slope[slot] * odd
        largest = sorted(bent, key=lambda slot: -float(np.max(np.abs(slope[slot]), initial=0.0)))[:_MOST]
        tried = [
            (a, b)
            for a, b in combinations(sorted(largest, key=str), 2)
            if (min(_leaf(a), _leaf(b)), max(_leaf(a), _leaf(b))) in pairs
        ]
        corners = probe([((a, i), (b, j)) for a, b in tried for i in (1, -1) for j in (1, -1)]) if tried else {}
        for a, b in tried:
            added = added + _mixed(corners, (a, b), (up, down), slope, noise)
        u = np.sqrt(np.maximum(first**2 + added, 0.0))
    defined = np.isfinite(u)
    for values in (*up.values(), *down.values()):
        defined &= np.isfinite(values)
    return Curvature(u, defined)


def _mixed(
    corners: Mapping[Move, Floats],
    pair: tuple[Slot, Slot],
    sides: tuple[Mapping[Slot, Floats], Mapping[Slot, Floats]],
    slope: Mapping[Slot, Floats],
    noise: Floats,
) -> Floats:
    """Return the terms of a pair: f_ab² + f_a f_abb + f_b f_aab, all times u_a² u_b²."""
    a, b = pair
    up, down = sides
    corner = {(i, j): corners[(a, i), (b, j)] for i in (1, -1) for j in (1, -1)}
    cross = _quiet((corner[1, 1] - corner[1, -1] - corner[-1, 1] + corner[-1, -1]) / 4, noise)
    along_a = (corner[1, 1] + corner[1, -1] - 2 * up[a] - corner[-1, 1] - corner[-1, -1] + 2 * down[a]) / 2
    along_b = (corner[1, 1] + corner[-1, 1] - 2 * up[b] - corner[1, -1] - corner[-1, -1] + 2 * down[b]) / 2
    return cross**2 + slope[a] * _quiet(along_a, noise) + slope[b] * _quiet(along_b, noise)


def _quiet(difference: Floats, noise: Floats) -> Floats:
    """Return a difference, or zero where it is no more than the noise of binary arithmetic."""
    return np.where(np.abs(difference) <= noise, 0.0, difference)


def _leaf(slot: Slot) -> Leaf:
    return slot.symbol, slot.element is not None


def _occurs(slot: Slot, pairs: frozenset[tuple[Leaf, Leaf]]) -> bool:
    return any(_leaf(slot) in pair for pair in pairs)
