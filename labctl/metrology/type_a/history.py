"""The uncertainty of a few new readings from the scatter of many earlier ones."""

import math
from collections.abc import Sequence

from attrs import frozen

from labctl.metrology.admission import degrees, enough, uncertainty
from labctl.metrology.statistics import Series, mean, pooled


@frozen(kw_only=True)
class TypeA:
    """A value with its standard uncertainty and degrees of freedom, in the unit of the readings."""

    value: float
    u: float
    dof: float


def with_known_scatter(readings: Sequence[float], s: float, dof: float, name: str = "readings") -> TypeA:
    """Return the mean of new readings, one or more, with u = s/√n and the ν of the known s (JCGM 100:2008, 4.2.4)."""
    values = enough(readings, name, at_least=1)
    return TypeA(value=mean(values), u=uncertainty(s, "s") / math.sqrt(len(values)), dof=degrees(dof, "ν"))


def with_history(readings: Sequence[float], history: Sequence[Series], name: str = "readings") -> TypeA:
    """Return the mean of new readings with the pooled scatter of earlier series under the same conditions.

    JCGM 100:2008, 4.2.4 and H.3.6. Raises UncertaintyError for no readings or a history without two of one series.
    """
    s, dof = pooled(history)
    return with_known_scatter(readings, s, dof, name)
