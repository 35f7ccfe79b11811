"""The second-order check: would curvature of the model change an uncertainty that slopes alone gave."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from attrs import evolve, frozen

from labctl.errors import UncertaintyError
from labctl.metrology.distributions import Floats
from labctl.metrology.dual import Dual
from labctl.metrology.equations import Equations, Leaf
from labctl.metrology.propagation import WHOLE, Leaves, Slot, propagate

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
    holds the standard uncertainty of every input, and under `WHOLE` that which all elements of a vector share; `first`
    the first-order u of every result. Derivatives are differences over one u; inputs that the text shows to be linear
    are not tried.
    """
    wholes = [slot for slot in spreads if slot.element == WHOLE]
    spread = [slot for slot in (*entering.slots, *wholes) if bool(np.any(spreads[slot] > 0))]
    bent = {name: _occurring(spread, pairs) for name, pairs in equations.curved.items() if name in first}
    slots = [slot for slot in spread if any(slot in own for own in bent.values())]
    if not slots:
        return {}
    probe = _Probe(equations, entering, spreads)
    here = propagate(equations, entering)
    column = {slot: number for number, slot in enumerate(entering.slots)}
    around: list[_Around] = []
    for name, own in bent.items():
        if own:
            slopes, none = here[name].slopes, np.zeros_like(first[name])
            slope = np.array([_slope(slot, slopes, column, none) * spreads[slot] for slot in own])
            tried = _tried(own, slope, equations.curved[name])
            around.append(_Around(name=name, first=first[name], here=here[name], own=own, slope=slope, tried=tried))
    pairs = [*dict.fromkeys(pair for each in around for pair in each.pairs)]
    ends = probe([((slot, sign),) for slot in slots for sign in (1, -1)])
    corners = probe([((a, i), (b, j)) for a, b in pairs for i in (1, -1) for j in (1, -1)])
    found: dict[str, Curvature] = {}
    for each in around:
        beside = ends[each.name].reshape(len(slots), 2, -1)[[slots.index(slot) for slot in each.own]]
        across = corners[each.name].reshape(len(pairs), 4, beside.shape[-1])[[pairs.index(pair) for pair in each.pairs]]
        found[each.name] = each.curvature(beside, across)
    return found


Move = tuple[tuple[Slot, int], ...]


@frozen(eq=False)
class _Probe:
    """Evaluates all results with some inputs moved by a standard uncertainty, many moves in one pass."""

    equations: Equations
    entering: Leaves
    spreads: Mapping[Slot, Floats]

    def __call__(self, moves: Sequence[Move]) -> dict[str, Floats]:
        """Return each result after each move, shape (moves, n)."""
        if not moves or not self._in_one_pass:
            return self._one_by_one(moves)
        points = self.entering.points
        scalars = {symbol: np.tile(value, (len(moves), 1)) for symbol, value in self.entering.scalars.items()}
        vectors = {symbol: np.tile(value, (len(moves), 1, 1)) for symbol, value in self.entering.vectors.items()}
        for number, move in enumerate(moves):
            for slot, sign in move:
                if slot.element is None:
                    scalars[slot.symbol][number] += sign * self.spreads[slot]
                else:
                    _move(vectors[slot.symbol][number], slot, sign * self.spreads[slot])
        there = evolve(
            self.entering,
            scalars={symbol: value.ravel() for symbol, value in scalars.items()},
            vectors={symbol: value.reshape(-1, value.shape[-1]) for symbol, value in vectors.items()},
            points=len(moves) * points,
        )
        try:
            found = propagate(self.equations, there, slopes=False)
        except UncertaintyError:
            return self._one_by_one(moves)  # which of them, and no more than those
        return {name: each.value.reshape(len(moves), points) for name, each in found.items()}

    @property
    def _in_one_pass(self) -> bool:
        """Return whether all moves can be made side by side: at one point, and no selection that they could change."""
        if self.equations.is_plain:
            return True
        selects = any(each.conditions for each in self.equations.graph.operations)
        return self.entering.points == 1 and not selects

    def _one_by_one(self, moves: Sequence[Move]) -> dict[str, Floats]:
        each = [self._one(move) for move in moves]
        return {name: np.array([found[name] for found in each]) for name in self.equations.graph.results}

    def _one(self, move: Move) -> dict[str, Floats]:
        scalars, vectors = dict(self.entering.scalars), dict(self.entering.vectors)
        for slot, sign in move:
            if slot.element is None:
                scalars[slot.symbol] = scalars[slot.symbol] + sign * self.spreads[slot]
            else:
                vectors[slot.symbol] = vectors[slot.symbol].copy()
                _move(vectors[slot.symbol], slot, sign * self.spreads[slot])
        there = evolve(self.entering, scalars=scalars, vectors=vectors)
        try:
            return {name: each.value for name, each in propagate(self.equations, there, slopes=False).items()}
        except UncertaintyError:  # one u away a physical equation no longer holds: undefined there, as a caution says
            return dict.fromkeys(self.equations.graph.results, np.full(self.entering.points, np.nan))


@frozen(eq=False, kw_only=True)
class _Around:
    """One result and how it changes about its inputs, along those in which it is not linear.

    Attributes:
        own: those inputs.
        slope: along each, times its standard uncertainty, shape (own, n).
        tried: pairs of them, by their place, that are examined.
    """

    name: str
    first: Floats
    here: Dual
    own: Sequence[Slot]
    slope: Floats
    tried: Sequence[tuple[int, int]]

    @property
    def pairs(self) -> list[tuple[Slot, Slot]]:
        """Return the pairs of inputs that are examined."""
        return [(self.own[a], self.own[b]) for a, b in self.tried]

    def curvature(self, ends: Floats, corners: Floats) -> Curvature:
        """Return u with second-order terms, from what the result is one u away.

        Args:
            ends: up and down along each input, shape (own, 2, n).
            corners: along both inputs of each pair, up and up, up and down, down and up, down and down.
        """
        noise = _NOISE * self.here.scale
        up, down = ends[:, 0], ends[:, 1]
        with np.errstate(all="ignore"):
            twice = _quiet(up + down - 2 * self.here.value, noise)
            odd = _quiet((up - down) / 2 - self.slope, noise)
            added = np.sum(twice**2 / 2 + 6 * self.slope * odd, axis=0)
            if self.tried:
                added = added + np.sum(self._mixed(up, down, corners, noise), axis=0)
            u = np.sqrt(np.maximum(self.first**2 + added, 0.0))
        return Curvature(u, np.isfinite(u) & np.isfinite(ends).all(axis=(0, 1)))

    def _mixed(self, up: Floats, down: Floats, corners: Floats, noise: Floats) -> Floats:
        """Return the terms of each pair: f_ab² + f_a f_abb + f_b f_aab, all times u_a² u_b²."""
        a, b = [list(each) for each in zip(*self.tried, strict=True)]
        both, first, second, neither = (corners[:, number] for number in range(4))
        cross = _quiet((both - first - second + neither) / 4, noise)
        along_a = (both + first - 2 * up[a] - second - neither + 2 * down[a]) / 2
        along_b = (both + second - 2 * up[b] - first - neither + 2 * down[b]) / 2
        return cross**2 + self.slope[a] * _quiet(along_a, noise) + self.slope[b] * _quiet(along_b, noise)


def _move(vector: Floats, slot: Slot, by: Floats) -> None:
    """Move one element of a vector, or all of it, shape (n, elements)."""
    if slot.element == WHOLE:
        vector += by[:, np.newaxis]
    else:
        vector[:, slot.element] += by


def _slope(slot: Slot, slopes: Mapping[int, Floats | float], column: Mapping[Slot, int], none: Floats) -> Floats:
    """Return the derivative along an input; along a vector as a whole that of all its elements together."""
    along = [slot] if slot.element != WHOLE else [each for each in column if each.symbol == slot.symbol]
    found = none
    for each in along:
        found = found + slopes.get(column[each], none)
    return found


def _tried(own: Sequence[Slot], slope: Floats, pairs: frozenset[tuple[Leaf, Leaf]]) -> list[tuple[int, int]]:
    """Return the pairs of inputs that are examined, those of the largest contributions."""
    size = np.max(np.abs(slope), axis=1, initial=0.0)
    largest = sorted(range(len(own)), key=lambda number: -size[number])[:_MOST]
    found: list[tuple[int, int]] = []
    for a, b in combinations(sorted(largest, key=lambda number: str(own[number])), 2):
        one, other = _leaf(own[a]), _leaf(own[b])
        if (min(one, other), max(one, other)) in pairs:
            found.append((a, b))
    return found


def _quiet(difference: Floats, noise: Floats) -> Floats:
    """Return a difference, or zero where it is no more than the noise of binary arithmetic."""
    return np.where(np.abs(difference) <= noise, 0.0, difference)


def _leaf(slot: Slot) -> Leaf:
    return slot.symbol, slot.element is not None


def _occurring(slots: Sequence[Slot], pairs: frozenset[tuple[Leaf, Leaf]]) -> list[Slot]:
    """Return the inputs along which there may be a second derivative."""
    bent = {leaf for pair in pairs for leaf in pair}
    return [slot for slot in slots if _leaf(slot) in bent]
