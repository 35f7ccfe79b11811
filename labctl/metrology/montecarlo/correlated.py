"""Normal variables that correlate as stated: Cholesky's factor of R, in an order that further points only extend."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Correlation, EffectId

_NOTHING: Final = 1e-12  # a pivot below it is rounding: the effect follows from those before it


@frozen(eq=False)
class Family:
    """Effects that correlate with each other, directly or through others; `factor` is lower triangular."""

    effects: tuple[EffectId, ...]
    factor: tuple[tuple[float, ...], ...]

    def mix(self, independent: Sequence[Floats]) -> dict[EffectId, Floats]:
        """Return correlated normals; sums in a fixed order, so that block lengths change no bit."""
        found: dict[EffectId, Floats] = {}
        for effect, row in zip(self.effects, self.factor, strict=True):
            total = np.zeros_like(independent[0])
            for weight, each in zip(row, independent, strict=False):
                if weight != 0:
                    total += weight * each
            found[effect] = total
        return found


def families(correlations: Sequence[Correlation], first_use: Mapping[EffectId, int]) -> tuple[Family, ...]:
    """Return the families of an admissible correlation matrix; `first_use` is the first point of each effect."""
    matrix: dict[tuple[EffectId, EffectId], float] = {}
    part: dict[EffectId, EffectId] = {}
    for each in correlations:
        matrix[each.a, each.b] = matrix[each.b, each.a] = each.r
        a, b = part.setdefault(each.a, each.a), part.setdefault(each.b, each.b)
        part = {effect: min(a, b) if head in {a, b} else head for effect, head in part.items()}
    found: list[Family] = []
    for head in sorted(set(part.values())):
        members = sorted((each for each in part if part[each] == head), key=lambda each: (first_use[each], each))
        table = [[1.0 if a == b else matrix.get((a, b), 0.0) for b in members] for a in members]
        found.append(Family(tuple(members), cholesky(table)))
    return tuple(found)


def cholesky(matrix: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Return the lower factor of a positive semi-definite matrix with ones on its diagonal; |r| = 1 is allowed."""
    rows: list[tuple[float, ...]] = []
    for i, line in enumerate(matrix):
        row: list[float] = []
        for j in range(i + 1):
            rest = line[j] - math.fsum(row[k] * (rows[j][k] if j < i else row[k]) for k in range(j))
            if j == i:
                row.append(math.sqrt(rest) if rest > _NOTHING else 0.0)
            else:
                row.append(rest / rows[j][j] if rows[j][j] > 0 else 0.0)
        rows.append(tuple(row))
    return tuple(rows)
