"""Random numbers as a pure function of seed, effect and trial: blocks, threads and other points change no bit."""

import hashlib
import json
from typing import Final

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.effects import EffectId

GENERATOR: Final = "Philox4x64-10, labctl.montecarlo/1"
"""The generator as an archive names it; the number goes up when a draw would change."""
_LANES: Final = 4  # numbers that one step of the counter gives


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
    found = (raw >> np.uint64(12)).astype(np.float64)
    found += 0.5
    found *= 2.0**-52
    return found
