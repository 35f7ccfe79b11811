"""Several quantities read together: their means, and the correlation that reading together gives them."""

import math
from collections.abc import Mapping, Sequence

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough, paired
from labctl.metrology.statistics import series
from labctl.metrology.type_a.history import TypeA


@frozen(kw_only=True)
class Joint:
    """The means of quantities read in the same sets, with their correlations (JCGM 100:2008, 5.2.3 and H.2)."""

    names: tuple[str, ...]
    evaluated: tuple[TypeA, ...]
    """One for each name; all have n − 1 degrees of freedom in common."""
    correlations: tuple[tuple[float, ...], ...]
    """r between the means, by name in both directions; zero beside a quantity without scatter."""

    def of(self, name: str) -> TypeA:
        """Return mean, u and ν of one quantity."""
        return self.evaluated[self._place(name)]

    def r(self, first: str, second: str) -> float:
        """Return the correlation of two means."""
        return self.correlations[self._place(first)][self._place(second)]

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise UncertaintyError(
                code="undefined-symbol",
                input=name,
                problem=Text(
                    "was not read in these sets; there are {names}", zh="不在这些测量组中；现有 {names}"
                ).filled(names=", ".join(self.names)),
            )
        return self.names.index(name)


def read_together(readings: Mapping[str, Sequence[float]]) -> Joint:
    """Return means, u and correlations of quantities whose n-th readings were taken together.

    Raises UncertaintyError for fewer than two sets, unequal numbers of readings or one that is not finite.
    """
    names = tuple(readings)
    enough([0.0] * len(names), "readings", at_least=1)
    columns = [enough(readings[name], name, at_least=2) for name in names]
    for name, column in zip(names, columns, strict=True):
        paired(columns[0], column, name)
    found = [series(column, name) for name, column in zip(names, columns, strict=True)]
    apart = [[value - each.mean for value in column] for each, column in zip(found, columns, strict=True)]
    lengths = [math.hypot(*row) for row in apart]
    return Joint(
        names=names,
        evaluated=tuple(TypeA(value=each.mean, u=each.u, dof=each.dof) for each in found),
        correlations=tuple(
            tuple(
                1.0 if i == j else _correlation(apart[i], apart[j], lengths[i] * lengths[j]) for j in range(len(names))
            )
            for i in range(len(names))
        ),
    )


def _correlation(first: Sequence[float], second: Sequence[float], scale: float) -> float:
    if scale == 0:
        return 0.0
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(first, second, strict=True)) / scale))
