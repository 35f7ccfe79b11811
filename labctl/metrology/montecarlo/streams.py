"""Random numbers as a pure function of seed, effect and trial: blocks, threads and other points change no bit."""

import hashlib
import json
from functools import lru_cache
from typing import Final

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.effects import EffectId

GENERATOR: Final = "Philox4x64-10, labctl.montecarlo/1"
"""The generator as an archive names it; the number goes up when a draw would change."""
_LANES: Final = 4  # numbers that one step of the counter gives
_SPARE: Final = np.uint64(12)  # bits that a float of 1 … 2 has no place for
_ONE: Final = np.float64(1).view(np.uint64)


@lru_cache(maxsize=4096)
def key(seed: int, effect: EffectId, part: int = 0) -> int:
    """Return the key of a stream: the first 128 bits of SHA-256, so that two effects do not collide.

    `part` tells the streams of a distribution apart that needs several numbers for a trial.
    """
    words = [GENERATOR, seed, effect.owner, effect.name, effect.instance, part]
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")


def uniforms(stream: int, first: int, count: int) -> Floats:
    """Return the numbers of trials `first` … of a stream: 52 random bits each, strictly between 0 and 1."""
    ahead = first % _LANES
    generator = np.random.Philox(key=stream, counter=first // _LANES)
    raw = generator.random_raw(count + ahead)[ahead:]
    raw >>= _SPARE
    raw |= _ONE
    found: Floats = raw.view(np.float64)  # 1 … 2 in steps of 2⁻⁵², so both sums below are exact
    found -= 1.0
    found += 2.0**-53
    return found
