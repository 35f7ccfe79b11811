"""Checks of our own measurement: judged as soon as their results are there, each with its consequence."""

from attrs import define, evolve, field

from labctl.errors import RunAborted
from labctl.events.kinds import AttemptRejected, CheckJudged, Place, PlannedPoint, RunStarted
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.declared import EACH_REPETITION, Check, Consequence, Invalidate, Reduction
from labctl.procedure.evaluation import Evaluation, Pending
from labctl.procedure.procedure import Procedure, Section
from labctl.run.progress import PointName
from labctl.run.verbs import Rejected
from labctl.run.wishes import ATTEMPTS, PointLeft, Wishes

_ACCEPT = Text("accept it as it is", zh="接受该结果")
_AGAIN = Text("measure again", zh="重新测量")
_ABORT = Text("abort the run", zh="中止运行")
_FAILED = Text("{check}: {symbol} = {value}, the limit is {limit}", zh="{check}：{symbol} = {value}，限值 {limit}")


@define
class Checks:
    """Judges the checks of a procedure, and lets follow what they say.

    Args:
        procedure: the method.
        started: the run, its plan included.
        wishes: asks people; also the way to the verbs of the run.
    """

    procedure: Procedure
    started: RunStarted
    wishes: Wishes
    _failures: dict[tuple[str, str], int] = field(factory=dict[tuple[str, str], int], init=False)
    _judged: set[tuple[str, str, int]] = field(factory=set[tuple[str, str, int]], init=False)

    def after_repetition(self, section: Section, point: PlannedPoint, place: Place) -> None:
        """Judge what is asked of every repetition, before it counts.

        Raises:
            Rejected: the attempt is rejected and made again.
            PointLeft: the point begins again from its hooks.
            RunAborted: the run ends.
        """
        wanted = [each for each in self.procedure.checks if each.of == section.name and each.each == EACH_REPETITION]
        if not wanted:
            return
        evaluation = self._evaluation()
        attempt = evaluation.account.point(place.phase, place.section, place.point).attempts[place.repetition][-1]
        batch = evaluation.repetition(place.phase, section.name, point.key, attempt, values_only=True)
        for each in wanted:
            self._judge(each, batch, {**evaluation.names, **point.columns}, place)

    def after_point(self, section: Section, place: Place) -> None:
        """Judge what is asked of a point when all of its repetitions are made. Raises as `after_repetition`."""
        evaluation = self._evaluation()
        for each in self.procedure.checks:
            if each.of == section.name and each.each != EACH_REPETITION:
                try:
                    batch = evaluation.point(place.phase, place.section, place.point)
                except Pending:
                    continue
                columns = evaluation.planned(place.phase, place.section, place.point).columns
                self._judge(each, batch, {**evaluation.names, **columns}, place)

    def after_section(self, phase: str) -> None:
        """Judge what is asked of reductions whose results are all there now. Raises as `after_repetition`."""
        evaluation = self._evaluation()
        for each in self.procedure.checks:
            target = self.procedure.source(each.of)
            if not isinstance(target, Reduction):
                continue
            try:
                groups = evaluation.groups(phase, target.name)
            except Pending:
                continue
            for group in groups:
                place = Place(phase=phase, section=target.name, point=group.key)
                self._judge(each, group.batch, {**evaluation.names, **group.columns}, place)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _evaluation(self) -> Evaluation:
        return Evaluation(self.procedure, self.started, self.wishes.run.scribe.account)

    def _judge(self, check: Check, batch: Batch, names: dict[str, Value], place: Place) -> None:
        value = Quantity(float(batch.values[check.symbol][0]), batch.unit[check.symbol])
        limit = check.limit.at({**names, check.symbol: value}, f"check {check.title.en}")
        if limit is None or self._known(check, place, value):
            return
        met = check.limit.holds(value, limit)
        run = self.wishes.run
        run.scribe.append(
            CheckJudged(
                at=run.clock.now(),
                place=place,
                check=check.title.en,
                symbol=check.symbol,
                value=value,
                limit=limit,
                met=met,
            )
        )
        if not met:
            words = _FAILED.filled(check=check.title, symbol=check.symbol, value=value, limit=limit)
            self._follow(check, words, place)

    def _known(self, check: Check, place: Place, value: Quantity) -> bool:
        """Return whether this very value was judged before: a reduction is looked at after every section."""
        name = (check.title.en, f"{place.phase}/{place.section}/{place.point}/{place.attempt}", hash(value.value))
        known = name in self._judged
        self._judged.add(name)
        return known

    def _follow(self, check: Check, words: Text, place: Place) -> None:
        failures = self._failures[check.title.en, place.point] = (
            self._failures.get((check.title.en, place.point), 0) + 1
        )
        otherwise = check.otherwise
        if otherwise is Consequence.NOTE:
            self.wishes.note(words)
        elif otherwise is Consequence.STOP:
            raise RunAborted(reason=words.en)
        elif otherwise is Consequence.ASK or failures % ATTEMPTS == 0:
            self._ask(check, words, place)
        else:
            self._again(check, words, place)

    def _ask(self, check: Check, words: Text, place: Place) -> None:
        answer = self.wishes.choose(words, (_AGAIN, _ACCEPT, _ABORT))
        if answer == _ABORT.en:
            raise RunAborted(reason=words.en)
        if answer == _AGAIN.en:
            self._again(check, words, place)

    def _again(self, check: Check, words: Text, place: Place) -> None:
        if isinstance(check.otherwise, Invalidate):
            self.wishes.note(words)
            for section in (*check.otherwise.sections, check.of):
                self._invalidate(place.phase, section, words)
            return
        if check.otherwise is Consequence.REPEAT and place.attempt:
            raise Rejected(words)
        self._reject_point(PointName.of(place), words)
        if place.attempt:
            self._reject(place, words)
        raise PointLeft

    def _invalidate(self, phase: str, section: str, words: Text) -> None:
        for planned in self.started.plan:
            if (planned.phase, planned.section) == (phase, section):
                for each in planned.points:
                    self._reject_point(PointName(phase, section, each.key), words)

    def _reject_point(self, point: PointName, words: Text) -> None:
        """Reject everything that was accepted of a point, so that it is open again; all of it is kept."""
        for repetition, attempt in self.wishes.run.scribe.progress.accepted_of(point):
            place = Place(phase=point.phase, section=point.section, point=point.point)
            self._reject(evolve(place, repetition=repetition, attempt=attempt), words)

    def _reject(self, place: Place, words: Text) -> None:
        run = self.wishes.run
        run.scribe.append(AttemptRejected(at=run.clock.now(), place=place, reason=words))
