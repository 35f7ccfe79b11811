"""`labctl validate`: how often the stated interval holds the truth, over many simulated units with known errors."""

import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from labctl.app.in_step import InStep, alike, near, together_if_possible
from labctl.app.own_bench import bench_wanted
from labctl.app.procedures import find_procedure
from labctl.app.readable import width_of
from labctl.app.trials import DIFFERS, Compared, Trials
from labctl.errors import LabctlError, TrialFailed
from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict

PROBABILITY: Final = 0.9545
"""Coverage probability of the intervals that certificates state."""
CONFIDENCE: Final = 0.95
"""Of the limits that are given with a rate."""
ONE_IN: Final = 1000
"""Trials to each one that is made over real wires, too."""
_PORTIONS: Final = 4  # of a validation at the least: a worker tells its progress after each
_SMALLEST, _LARGEST = 100, 1000  # trials of a portion, which go in step
_FEWEST: Final = 2  # units between which anything varies
_STRIDE: Final = 1_000_003  # apart enough that two seeds share no trial


@frozen(kw_only=True)
class Rate:
    """How often something happened, with limits that hold the true rate with the stated confidence.

    Limits by Clopper and Pearson (1934), which are never too narrow.

    >>> rate = Rate.of(95, 100)
    >>> rate.share, round(rate.low, 3), round(rate.high, 3)
    (0.95, 0.887, 0.984)
    """

    hits: int
    of_all: int
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, of_all: int, *, worth: float = math.inf) -> "Rate":
        """Return the rate of so many hits.

        Args:
            hits: how often it happened.
            of_all: of how many.
            worth: how many independent ones they are worth, where some have a cause in common.
        """
        from scipy.special import betaincinv

        if not of_all:
            return cls(hits=0, of_all=0, low=0.0, high=1.0)
        tail = (1 - CONFIDENCE) / 2
        count = min(worth, float(of_all))
        happened = hits / of_all * count
        low = float(betaincinv(happened, count - happened + 1, tail)) if hits else 0.0
        high = float(betaincinv(happened + 1, count - happened, 1 - tail)) if hits < of_all else 1.0
        return cls(hits=hits, of_all=of_all, low=low, high=high)

    @property
    def share(self) -> float:
        """Return the rate; not a number where there was nothing to count."""
        return self.hits / self.of_all if self.of_all else float("nan")


@frozen(kw_only=True)
class PointCoverage:
    """How often the interval of one result held the truth."""

    section: str
    point: str
    symbol: str
    covered: Rate
    mean_normalised_error: float  # of (result - truth) / U: the bias that is left
    rms_normalised_error: float  # its root mean square: 1/k where U is as large as the errors are, more where too small


@frozen(kw_only=True)
class Validation:
    """What a validation found."""

    procedure: str
    trials: int
    seed: int
    overall: Rate
    mean_normalised_error: float
    rms_normalised_error: float
    points: tuple[PointCoverage, ...]
    false_accept: Rate  # units that do not conform and were said to
    false_reject: Rate  # units that conform and were said not to
    paper: bool = False  # no bench was simulated: errors were drawn from what is declared of the inputs

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "procedure": self.procedure,
            "paper": self.paper,
            "trials": self.trials,
            "seed": self.seed,
            "probability": PROBABILITY,
            "overall": {
                "coverage": self.overall.share,
                "low": self.overall.low,
                "high": self.overall.high,
                "mean_normalised_error": self.mean_normalised_error,
                "rms_normalised_error": self.rms_normalised_error,
            },
            "points": [
                {
                    "section": each.section,
                    "point": each.point,
                    "symbol": each.symbol,
                    "coverage": each.covered.share,
                    "low": each.covered.low,
                    "high": each.covered.high,
                    "mean_normalised_error": each.mean_normalised_error,
                    "rms_normalised_error": each.rms_normalised_error,
                }
                for each in self.points
            ],
            "decisions": {
                "false_accept": _rate(self.false_accept),
                "false_reject": _rate(self.false_reject),
            },
        }

    def text(self, language: Language) -> str:
        """Return it for a person, point by point."""
        head = _ON_PAPER if self.paper else _HEAD
        lines = [head.filled(procedure=self.procedure, trials=self.trials, seed=self.seed).within(language)]
        lines.append(_COLUMNS.within(language))
        titles = _titles(self.procedure)
        names = [
            _NAME.filled(section=titles.get(each.section, each.section), point=each.point, symbol=each.symbol)
            for each in self.points
        ]
        widths = [width_of(each.within(language)) for each in names]
        for each, name, width in zip(self.points, names, widths, strict=True):
            lines.append(
                f"  {name.within(language)}{' ' * (max(widths) - width)}  {each.covered.share:7.2%}  "
                f"[{each.covered.low:.2%}, {each.covered.high:.2%}]  {each.mean_normalised_error:+.3f}  "
                f"{each.rms_normalised_error:.3f}"
            )
        lines.append(_OVERALL.filled(share=f"{self.overall.share:.2%}").within(language))
        lines.append(
            _DECISIONS.filled(
                accepted=self.false_accept.hits,
                failing=self.false_accept.of_all,
                rejected=self.false_reject.hits,
                passing=self.false_reject.of_all,
            ).within(language)
        )
        return "\n".join(lines)


def _titles(procedure: str) -> dict[str, Text]:
    """Return the titles of a procedure's sections and reductions by their names; none where it is not installed."""
    with suppress(LabctlError):
        found = find_procedure(procedure)
        sections = {each.name: each.title for each in found.sections}
        return sections | {each.name: each.title for each in found.reductions}
    return {}


_NAME: Final = Text("{section}, {point}, {symbol}", zh="{section}，{point}，{symbol}")


def validate(
    procedure: str,
    *,
    trials: int,
    seed: int = 1,
    station: Path | None = None,
    unit: str = "",
    workers: int | None = None,
    one_in: int = ONE_IN,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Validation:
    """Calibrate many simulated units, whose errors are known, and return how often what was stated was true.

    The same trials and seed give the same figures, however many workers there are.

    Args:
        procedure: name of an installed one, or its folder.
        trials: how many units.
        seed: of all chance.
        station: the bench; the procedure's own where none is given.
        unit: key of the unit's instrument; empty: the only one with a unit type.
        workers: processes; as many as there are cores where it is not given, none where it is 0.
        one_in: of so many trials one is made a second time over real wires and has to give the same results.
        progress: told how many trials of all are done.

    Raises:
        ProcedureError, StationError, TraceabilityError: they cannot be used as they stand.
        TrialFailed: a trial did not come to its end, or gave something else over real wires.
    """
    found = find_procedure(procedure)
    own = bench_wanted(found, station)
    which = _Which(procedure, str(own.station), unit or own.unit, pace=seed)
    asked = [_Asked(seed * _STRIDE + number, twice=(number + 1) % one_in == 0) for number in range(trials)]
    size = min(max(-(-trials // _PORTIONS), _SMALLEST), _LARGEST)
    portions = [tuple(asked[start : start + size]) for start in range(0, trials, size)]
    count = _Count()
    done = 0
    for compared in _all(which, portions, (os.cpu_count() or 1) if workers is None else workers):
        for each in compared:
            count.take(each)
            done += 1
            progress(done, trials)
    return count.validation(found.name, trials, seed)


@frozen
class _Which:
    """Whose trials are wanted."""

    procedure: str
    station: str
    unit: str
    pace: int

    def trials(self) -> Trials:
        return Trials.of(self.procedure, Path(self.station), unit=self.unit, pace=self.pace)


@frozen
class _Asked:
    """One trial that is wanted."""

    seed: int
    twice: bool  # over real wires, too


def _all(which: _Which, portions: Sequence[tuple[_Asked, ...]], workers: int) -> Iterable[list[list[Compared]]]:
    if not workers:
        made = which.trials()
        yield from (_made(made, portion) for portion in portions)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        asked = [pool.submit(_portion, which, portion) for portion in portions]
        try:
            yield from (each.result() for each in as_completed(asked))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for each in active_children():  # nobody waits for what they are about
                each.terminate()
            raise


_trials: dict[_Which, Trials] = {}


def _portion(which: _Which, asked: tuple[_Asked, ...]) -> list[list[Compared]]:
    """Make some trials in a worker, which keeps what it found once."""
    if which not in _trials:
        _trials[which] = which.trials()
    return _made(_trials[which], asked)


def _made(trials: Trials, asked: tuple[_Asked, ...]) -> list[list[Compared]]:
    """Make trials in step; those that have to go their own way are made alone."""
    together = together_if_possible(trials, [each.seed for each in asked])
    return [_one(trials, each, together) for each in asked]


def _one(trials: Trials, asked: _Asked, together: InStep) -> list[Compared]:
    """Return what a trial gives, made again alone and over real wires where that is wanted.

    Raises:
        TrialFailed: it gave something else there.
    """
    found = together.compared.get(asked.seed)
    if found is None:
        return trials.proved(asked.seed) if asked.twice else trials.one(asked.seed)
    if not asked.twice:
        return found
    again = trials.proved(asked.seed, together.patience)
    same = near if asked.seed in together.off_pace else alike
    if not same(found, again):
        raise TrialFailed(procedure=trials.prepared.job.procedure, seed=asked.seed, problem=DIFFERS)
    return found


@define
class _Count:
    """Adds up, in an order that does not matter."""

    covered: dict[tuple[str, str, str], int] = field(factory=dict[tuple[str, str, str], int])
    made: dict[tuple[str, str, str], int] = field(factory=dict[tuple[str, str, str], int])
    normalised: dict[tuple[str, str, str], list[float]] = field(factory=dict[tuple[str, str, str], list[float]])
    decisions: dict[tuple[bool, Verdict], int] = field(factory=dict[tuple[bool, Verdict], int])
    units: list[tuple[int, int]] = field(factory=list[tuple[int, int]])  # how many results held the truth, of how many

    def take(self, compared: Sequence[Compared]) -> None:
        self.units.append((sum(each.covered for each in compared), len(compared)))
        for each in compared:
            self.made[each.name] = self.made.get(each.name, 0) + 1
            self.covered[each.name] = self.covered.get(each.name, 0) + each.covered
            self.normalised.setdefault(each.name, []).append(each.normalised)
            if each.conforms is not None and each.verdict is not None:
                decided = (each.conforms, each.verdict)
                self.decisions[decided] = self.decisions.get(decided, 0) + 1

    def validation(self, procedure: str, trials: int, seed: int) -> Validation:
        """Return what was counted."""
        points = tuple(
            PointCoverage(
                section=section,
                point=point,
                symbol=symbol,
                covered=Rate.of(self.covered[section, point, symbol], made),
                mean_normalised_error=_mean(self.normalised[section, point, symbol]),
                rms_normalised_error=_rms(self.normalised[section, point, symbol]),
            )
            for (section, point, symbol), made in self.made.items()
        )
        every = [each for found in self.normalised.values() for each in found]
        return Validation(
            procedure=procedure,
            trials=trials,
            seed=seed,
            overall=Rate.of(sum(self.covered.values()), sum(self.made.values()), worth=worth_of(self.units)),
            mean_normalised_error=_mean(every),
            rms_normalised_error=_rms(every),
            points=points,
            false_accept=self._decided(conforms=False, said=Verdict.CONFORMS),
            false_reject=self._decided(conforms=True, said=Verdict.DOES_NOT_CONFORM),
        )

    def _decided(self, *, conforms: bool, said: Verdict) -> Rate:
        of_all = sum(count for (truly, _), count in self.decisions.items() if truly is conforms)
        return Rate.of(self.decisions.get((conforms, said), 0), of_all)


def worth_of(units: Sequence[tuple[int, int]]) -> float:
    """Return how many independent results those of all units are worth; a standard's error is in all of one unit's.

    The variance of the share of hits between units over that of independent results: Kish, Survey Sampling (1965), 5.4.
    """
    hits, made = sum(hits for hits, _ in units), sum(made for _, made in units)
    if len(units) < _FEWEST or hits == made or not hits:
        return float(len(units))  # the units at least are independent
    share = hits / made
    between = math.fsum((held - share * of) ** 2 for held, of in units) * len(units) / (len(units) - 1)
    effect = between / (made * share * (1 - share))
    return made / max(effect, 1.0)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else float("nan")


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(_mean([each * each for each in values]))


def _rate(rate: Rate) -> dict[str, object]:
    share = rate.share if rate.of_all else None
    return {"rate": share, "count": rate.hits, "of": rate.of_all, "low": rate.low, "high": rate.high}


_HEAD: Final = Text(
    "{procedure}: {trials} simulated units, seed {seed}; how often the stated interval held the truth",
    zh="{procedure}：模拟 {trials} 台，种子 {seed}；所述区间包含真值的频率",
)
_ON_PAPER: Final = Text(
    "{procedure}, on paper: {trials} draws of errors from what is declared of them, seed {seed}; "
    "how often the interval that one run states held the truth",
    zh="{procedure}，纸面验证：按所声明的分布抽取误差 {trials} 次，种子 {seed}；一次运行所述区间包含真值的频率",
)
_COLUMNS: Final = Text(
    "share with its limits; mean and root mean square of (result - truth) / U (0.5: U at k = 2 is as large as errors)",
    zh="频率及其界限；（结果−真值）/U 的均值和均方根，k = 2 时 U 与误差大小相符则均方根为 0.5",
)
_OVERALL: Final = Text("overall {share} (stated: 95.45 %)", zh="总计 {share}（声明值 95.45 %）")
_DECISIONS: Final = Text(
    "said to conform though it does not: {accepted} of {failing}; said not to though it does: {rejected} of {passing}",
    zh="误判合格：{failing} 次不合格中 {accepted} 次；误判不合格：{passing} 次合格中 {rejected} 次",
)
