"""Chance that can be repeated: every draw is a pure function of its names, so that no draw can disturb another."""

import math
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Final

import numpy as np
from attrs import define, frozen

from labctl.metrology.many import Floats

_SCALE: Final = 2.0**64


def _words(names: tuple[object, ...]) -> tuple[int, int]:
    digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")


def uniform(*names: object) -> float:
    """Return a number in [0, 1) that belongs to these names.

    >>> uniform(1, "gain") == uniform(1, "gain")
    True
    """
    return (_words(names)[0] >> 11) / 2.0**53


def within(half_width: float, *names: object) -> float:
    """Return a number from the rectangular distribution of this half-width."""
    return (2.0 * uniform(*names) - 1.0) * half_width


def normal(*names: object) -> float:
    """Return a number from the standard normal distribution (Box and Muller, 1958)."""
    first, second = _words(names)
    radius = math.sqrt(-2.0 * math.log((first + 1.0) / (_SCALE + 1.0)))
    return radius * math.cos(2.0 * math.pi * (second / _SCALE))


@frozen
class Seeds:
    """Several seeds, of each of which the same draw is wanted: what `uniform` and `normal` give of one.

    Args:
        all: in their order.
    """

    all: tuple[int, ...]

    def uniform(self, *names: object) -> Floats:
        """Return `uniform(seed, *names)` of each seed, an array (n,)."""
        return (self._words(names)[:, 0] >> np.uint64(11)) / 2.0**53

    def normal(self, *names: object) -> Floats:
        """Return `normal(seed, *names)` of each seed, an array (n,)."""
        words = self._words(names).astype(np.float64)
        radius = np.sqrt(-2.0 * np.log((words[:, 0] + 1.0) / (_SCALE + 1.0)))
        return radius * np.cos(2.0 * math.pi * (words[:, 1] / _SCALE))

    def _words(self, names: Sequence[object]) -> "np.ndarray[tuple[int, int], np.dtype[np.uint64]]":
        rest = ("\x1f" + "\x1f".join(map(str, names))).encode()
        digests = bytearray()
        for begun in self._begun:
            state = begun.copy()
            state.update(rest)
            digests += state.digest()
        return np.frombuffer(bytes(digests), dtype=">u8").reshape(-1, 2).astype(np.uint64)

    @cached_property
    def _begun(self) -> list[blake2b]:
        return [blake2b(str(each).encode(), digest_size=16) for each in self.all]


@define
class Stream:
    """Numbers drawn one after the other, such as the jitter of one connection's replies."""

    names: tuple[object, ...]
    drawn: int = 0

    def uniform(self) -> float:
        """Return the next number in [0, 1)."""
        self.drawn += 1
        return uniform(*self.names, self.drawn)
