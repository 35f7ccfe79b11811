"""One-way analysis of variance: do groups of readings differ by more than readings within a group."""

import math
from collections.abc import Sequence

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough, uncertainty
from labctl.metrology.statistics import Series, series
from labctl.metrology.type_a.history import TypeA


@frozen(kw_only=True)
class Anova:
    """A balance of scatter between groups and within them, in the unit of the readings (JCGM 100:2008, H.5)."""

    mean: float
    """Of all readings."""
    groups: int
    readings: int
    mean_square_between: float
    mean_square_within: float
    share: float
    """n₀, the number of readings a group stands for: that of every group when they are equal."""
    squares: float
    """Σn²/N², what the variance between groups is multiplied with in the variance of the mean."""

    @property
    def dof_between(self) -> int:
        """Return J − 1."""
        return self.groups - 1

    @property
    def dof_within(self) -> int:
        """Return N − J."""
        return self.readings - self.groups

    @property
    def f(self) -> float:
        """Return the ratio of the mean squares; infinite when only the groups differ, NaN when nothing does."""
        if self.mean_square_within == 0:
            return math.inf if self.mean_square_between > 0 else math.nan
        return self.mean_square_between / self.mean_square_within

    @property
    def p(self) -> float:
        """Return the probability of an F at least as large when groups do not differ."""
        from scipy import special

        if math.isnan(self.f):
            return 1.0
        return 0.0 if math.isinf(self.f) else float(special.fdtrc(self.dof_between, self.dof_within, self.f))

    @property
    def s_within(self) -> float:
        """Return the standard deviation of one reading within its group."""
        return math.sqrt(self.mean_square_within)

    @property
    def s_between(self) -> float:
        """Return the standard deviation of the effect of a group, zero when the means scatter no more than readings."""
        return math.sqrt(max(0.0, self.mean_square_between - self.mean_square_within) / self.share)

    def significant(self, significance: float = 0.05) -> bool:
        """Return whether the groups differ at a significance."""
        return self.p < significance

    @property
    def with_groups(self) -> TypeA:
        """Return the mean with groups as a random effect: s²/n of the group means when groups are equal (H.5.2.5).

        For unequal groups the variance is combined of both mean squares and ν by Welch and Satterthwaite.
        """
        between = self.squares / self.share
        within = 1 / self.readings - between
        parts = (between * self.mean_square_between, within * self.mean_square_within)
        variance = max(0.0, math.fsum(parts))
        scale = parts[0] ** 2 / self.dof_between + parts[1] ** 2 / self.dof_within
        return TypeA(
            value=self.mean, u=math.sqrt(variance), dof=variance**2 / scale if scale > 0 else float(self.dof_between)
        )

    @property
    def as_one(self) -> TypeA:
        """Return the mean of all readings as one series, for groups that do not differ (H.5.2.6)."""
        total = math.fsum((self.dof_between * self.mean_square_between, self.dof_within * self.mean_square_within))
        return TypeA(
            value=self.mean,
            u=math.sqrt(total / (self.readings - 1) / self.readings),
            dof=float(self.readings - 1),
        )


def one_way(groups: Sequence[Sequence[float]], name: str = "groups") -> Anova:
    """Return the analysis of groups of readings, which need not be of one size.

    Raises UncertaintyError for fewer than two groups, a group of fewer than two readings or one not finite.
    """
    named = [(f"{name}[{place}]", group) for place, group in enumerate(groups, start=1)]
    return one_way_of([series(enough(group, own, at_least=2), own) for own, group in named], name)


def one_way_of(groups: Sequence[Series], name: str = "groups") -> Anova:
    """Return the analysis from mean, s and n of each group, as a record keeps them."""
    enough([group.mean for group in groups], name, at_least=2)
    for place, group in enumerate(groups, start=1):
        uncertainty(group.s, f"{name}[{place}]")
    sizes = [group.n for group in groups]
    if min(sizes) < 1 or sum(sizes) <= len(sizes):
        raise UncertaintyError(
            code="too-few-readings",
            input=name,
            problem=Text(
                "within groups of one reading there is no scatter; repeat the readings in a group",
                zh="每组只有一个读数，没有组内分散性；请在组内重复测量",
            ),
        )
    total = sum(sizes)
    first = groups[0].mean  # small numbers keep the digits of a long constant part
    mean = first + math.fsum(group.n * (group.mean - first) for group in groups) / total
    between = math.fsum(group.n * (group.mean - mean) ** 2 for group in groups)
    within = math.fsum((group.n - 1) * group.s**2 for group in groups if group.n > 1)
    squares = math.fsum(size * size for size in sizes) / total
    return Anova(
        mean=mean,
        groups=len(sizes),
        readings=total,
        mean_square_between=between / (len(sizes) - 1),
        mean_square_within=within / (total - len(sizes)),
        share=(total - squares) / (len(sizes) - 1),
        squares=squares / total,
    )
