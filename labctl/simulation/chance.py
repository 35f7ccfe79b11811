"""Chance that can be repeated: every draw is a pure function of its names, so that no draw can disturb another."""

import math
from hashlib import blake2b
from typing import Final

from attrs import define

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


@define
class Stream:
    """Numbers drawn one after the other, such as the jitter of one connection's replies."""

    names: tuple[object, ...]
    drawn: int = 0

    def uniform(self) -> float:
        """Return the next number in [0, 1)."""
        self.drawn += 1
        return uniform(*self.names, self.drawn)
