"""A prepared calculation: any stretch of trials, in blocks that fit the cache and on as many threads as wanted."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.montecarlo.draws import Draws, Plan, entered
from labctl.metrology.montecarlo.values import values

STORE: Final = 2**31
"""Bytes of trials that are kept at most."""


@frozen(eq=False)
class Work:
    """A prepared calculation."""

    equations: Equations
    plan: Plan
    outputs: tuple[str, ...]
    points: int
    seed: int
    threads: int
    block: int

    def run(self, first: int, count: int) -> dict[str, Floats]:
        """Return some trials of every result, shape (points, count)."""
        found = {output: np.empty((self.points, count)) for output in self.outputs}

        def one(start: int) -> None:
            length = min(self.block, count - start)
            draws = Draws(self.seed, first + start, length, self.plan)
            for place in self.plan.places:
                results = values(self.equations, entered(place, draws, length))
                for output in place.outputs:
                    found[output][place.point, start : start + length] = results[output]

        self.each(one, range(0, count, self.block))
        for output, rows in found.items():
            _all_finite(output, rows, first)
        return found

    def each(self, work: Callable[[int], object], items: Sequence[int]) -> None:
        """Do work on every item, on as many threads as were asked for."""
        if self.threads == 1 or len(items) == 1:
            for item in items:
                work(item)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self.threads) as pool:
            for _ in pool.map(work, items):
                pass

    @property
    def most(self) -> int:
        """Return how many trials memory should hold at most."""
        return STORE // (8 * max(1, self.points * len(self.outputs)))

    def room(self, trials: int) -> None:
        """Refuse more trials than memory should hold."""
        if trials > self.most:
            problem = _TOO_MANY.filled(trials=trials, results=self.points * len(self.outputs), most=STORE // 8)
            raise UncertaintyError(code="too-many-trials", input="trials", problem=problem)


def _all_finite(output: str, rows: Floats, first: int) -> None:
    """Refuse trials without a finite value: leaving them out would bend the distribution in silence."""
    if bool(np.isfinite(np.sum(rows))):  # one pass; a sum beyond range is looked at again
        return
    bad = ~np.isfinite(rows)
    for point in np.flatnonzero(np.any(bad, axis=1)).tolist():
        trial = int(np.argmax(bad[point]))
        problem = _NOT_FINITE.filled(
            bad=int(np.sum(bad[point])), count=rows.shape[1], point=point + 1, trial=first + trial + 1
        )
        raise UncertaintyError(code="trial-not-finite", input=output, problem=problem)


_TOO_MANY: Final = Text(
    "{trials} trials of {results} results do not fit into memory, {most} values do; take fewer trials, or simulate "
    "some points at a time with the same seed, which gives the same bits",
    zh="{results} 个结果各 {trials} 次试验超出内存（{most} 个值）；"
    "请减少次数，或用同一种子分批模拟测量点，结果逐位相同",
)
_NOT_FINITE: Final = Text(
    "{bad} of {count} trials at point {point} give no finite value, the first is trial {trial}; they are not left out: "
    "change the model or the distributions that reach where it has no value",
    zh="第 {point} 点 {count} 次试验中 {bad} 次没有有限值，首次为第 {trial} 次；不予剔除：请修改模型或分布",
)
