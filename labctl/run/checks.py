"""Checks of our own measurement: judged as soon as their results are there, each with its consequence."""

from collections.abc import Mapping, Sequence

from attrs import define, evolve, field, frozen

from labctl.errors import RunAborted
from labctl.events.kinds import AttemptRejected, CheckJudged, Place, PlannedPoint, PlannedSection, RunStarted
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.declared import EACH_REPETITION, Check, Consequence, Invalidate, Reduction
from labctl.procedure.evaluation import Evaluation, Pending
from labctl.procedure.procedure import Procedure, Section
from labctl.run.attempt import Spoiled
from labctl.run.progress import PointName
from labctl.run.units import Present, Takes
from labctl.run.verbs import Rejected, UnitLeft
from labctl.run.wishes import ATTEMPTS, PointLeft, Wishes

_ACCEPT = Text("accept it as it is", zh="接受该结果")
_AGAIN = Text("measure again", zh="重新测量")
_ABORT = Text("abort the run", zh="中止运行")
_EXCLUDE = Text("go on without the unit", zh="剔除该被测对象后继续")
_FAILED = Text("{check}: {symbol} = {value}, the limit is {limit}", zh="{check}：{symbol} = {value}，限值 {limit}")


@frozen
class _Failure:
    """A check that one unit, or the measurement as a whole, did not keep."""

    words: Text
    place: Place  # its unit, where the check is of several units' results


@define
class Checks:
    """Judges the checks of a procedure, and lets follow what they say.

    Of several units each is judged by itself. Where all fail it is our measurement, and what the check says follows.
    Where one fails and others do not, it is measured again alone, and what counts for the others goes on counting; one
    that fails again and again is left out.

    Args:
        procedure: the method.
        started: the run, its plan included.
        wishes: asks people; also the way to the verbs of the run.
        present: the units that are left.
    """

    procedure: Procedure
    started: RunStarted
    wishes: Wishes
    present: Present
    _failures: dict[tuple[str, str, str], int] = field(factory=dict[tuple[str, str, str], int], init=False)
    _judged: set[tuple[str, str, int]] = field(factory=set[tuple[str, str, int]], init=False)
    _kept: dict[str, tuple[object, Evaluation]] = field(factory=dict[str, tuple[object, Evaluation]], init=False)
    _reopened: bool = field(default=False, init=False)

    def after_repetition(self, section: Section, point: PlannedPoint, place: Place) -> tuple[Spoiled, ...]:
        """Judge what is asked of every repetition, before it counts; return the units for which alone it does not.

        Raises:
            Rejected: the attempt is rejected and made again.
            PointLeft: the point begins again from its hooks.
            UnitLeft: the only unit that was measured is left out.
            RunAborted: the run ends.
        """
        wanted = [each for each in self.procedure.checks if each.of == section.name and each.each == EACH_REPETITION]
        if not wanted:
            return ()
        planned = self._planned(place)
        seen: list[tuple[Place, Evaluation, Batch]] = []
        for unit, view in self.present.judged(section, planned, place.point, place.unit):
            evaluation = self._beside(view, section.name)
            attempt = evaluation.account.point(place.phase, place.section, place.point).attempts[place.repetition][-1]
            batch = evaluation.repetition(place.phase, section.name, point.key, attempt, values_only=True)
            seen.append((evolve(place, unit=unit), evaluation, batch))
        alone = bool(place.unit) and section.together
        spoiled: dict[str, Spoiled] = {}
        for each in wanted:
            failed = [
                self._judge(each, batch, {**evaluation.names, **self._columns(evaluation, there)}, there)
                for there, evaluation, batch in seen
            ]
            spoiled |= {one.unit: one for one in self._follow(each, failed, place, alone=alone)}
        return tuple(spoiled.values())

    def after_point(self, section: Section, planned: PlannedSection, place: Place) -> None:
        """Judge what is asked of a point when all of its repetitions are made. Raises as `after_repetition`."""
        wanted = [each for each in self.procedure.checks if each.of == section.name and each.each != EACH_REPETITION]
        if not wanted:
            return
        views = self.present.judged(section, planned, place.point, place.unit)
        seen = [(evolve(place, unit=unit), self._evaluation(view)) for unit, view in views]
        for each in wanted:
            failed: list[_Failure | None] = []
            for there, evaluation in seen:
                try:
                    batch = evaluation.point(place.phase, place.section, place.point)
                except Pending:
                    continue
                names = {**evaluation.names, **self._columns(evaluation, there)}
                failed.append(self._judge(each, batch, names, there))
            if spoiled := self._follow(each, failed, place):
                for one in spoiled:
                    self._reject_for(one, PointName.of(place))
                raise PointLeft

    def after_section(self, phase: str) -> None:
        """Judge what is asked of reductions whose results are all there now. Raises as `after_repetition`."""
        views = {view: self._evaluation(view) for view in self.present.names}
        for each in self.procedure.checks:
            target = self.procedure.source(each.of)
            if not isinstance(target, Reduction):
                continue
            found: dict[str, list[_Failure | None]] = {}
            for view, evaluation in views.items() if self.present.of_units(target) else [*views.items()][:1]:
                try:
                    groups = evaluation.groups(phase, target.name)
                except Pending:
                    continue
                unit = view if self.present.of_units(target) else ""
                for group in groups:
                    place = Place(phase=phase, section=target.name, point=group.key, unit=unit)
                    names = {**evaluation.names, **group.columns}
                    known = self._known(each, place, evaluation)
                    failure = None if known else self._judge(each, group.batch, names, place)
                    found.setdefault(group.key, []).append(failure)
            for key, failed in found.items():
                self._follow(each, failed, Place(phase=phase, section=target.name, point=key))

    def reopened(self) -> bool:
        """Tell whether whole sections were invalidated since this was asked last."""
        found, self._reopened = self._reopened, False
        return found

    # --- inside ------------------------------------------------------------------------------------------------------

    def _evaluation(self, view: str) -> Evaluation:
        account = self.wishes.run.scribe.accounts[view]
        return Evaluation(self.procedure, account.started, account)

    def _beside(self, view: str, section: str) -> Evaluation:
        """Return what works out single attempts at a section; it keeps what others gave, until they are made anew."""
        others = [
            (name, done.made, len(done.reported), done.skipped)
            for name, done in self.wishes.run.scribe.accounts[view].points.items()
            if name[1] != section
        ]
        state, evaluation = self._kept.get(view, (None, None))
        if evaluation is None or state != (section, others):
            evaluation = self._evaluation(view)
            self._kept[view] = ((section, others), evaluation)
        return evaluation

    def _planned(self, place: Place) -> PlannedSection:
        return next(each for each in self.started.plan if (each.phase, each.section) == (place.phase, place.section))

    def _columns(self, evaluation: Evaluation, place: Place) -> Mapping[str, Value]:
        return evaluation.planned(place.phase, place.section, place.point).columns

    def _judge(self, check: Check, batch: Batch, names: dict[str, Value], place: Place) -> _Failure | None:
        """Hold a result against a check's limit; return how it failed, where it did."""
        value = Quantity(batch.value(check.symbol), batch.unit[check.symbol])
        limit = check.limit.at({**names, check.symbol: value}, f"check {check.title.en}")
        if limit is None:
            return None
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
        if met:
            return None
        return _Failure(_FAILED.filled(check=check.title, symbol=check.symbol, value=value, limit=limit), place)

    def _known(self, check: Check, place: Place, evaluation: Evaluation) -> bool:
        """Return whether nothing was measured since this was judged: a reduction is looked at after every section."""
        below = self.procedure.below(self.procedure.source(check.of))
        made = sum(done.made for name, done in evaluation.account.points.items() if name[1] in below)
        name = (check.title.en, f"{place.phase}/{place.section}/{place.point}/{place.unit}", made)
        known = name in self._judged
        self._judged.add(name)
        return known

    def _follow(
        self, check: Check, judged: Sequence[_Failure | None], place: Place, *, alone: bool = False
    ) -> list[Spoiled]:
        """Let follow what a check says: of the measurement where nobody kept it, else of those who did not.

        Args:
            check: that was judged.
            judged: how each unit failed it, or None.
            place: of what was judged.
            alone: it is one unit that is measured again alone, because others kept the check before.
        """
        failed = [each for each in judged if each is not None]
        if failed and len(failed) == len(judged) and not alone:
            self._of_all(check, failed[0].words, place)
            return []
        return self._of_some(check, failed, place)

    def _of_all(self, check: Check, words: Text, place: Place) -> None:
        failures = self._counted(check, place)
        otherwise = check.otherwise
        if otherwise is Consequence.NOTE:
            self.wishes.note(words)
        elif otherwise is Consequence.STOP:
            raise RunAborted(reason=words.en)
        elif otherwise is Consequence.ASK or failures % ATTEMPTS == 0:
            self._ask(check, words, place)
        else:
            self._again(check, words, place)

    def _of_some(self, check: Check, failed: Sequence[_Failure], place: Place) -> list[Spoiled]:
        """Return the units that are measured again; leave those out that fail and fail."""
        again: list[Spoiled] = []
        for each in failed:
            failures = self._counted(check, each.place)
            if check.otherwise is Consequence.NOTE:
                self.wishes.note(each.words, each.place.unit)
            elif check.otherwise is Consequence.STOP or failures % ATTEMPTS == 0:
                self.wishes.run.leave_out(each.place.unit, each.words)
                if place.attempt and not self.wishes.run.units:
                    raise UnitLeft
            elif check.otherwise is not Consequence.ASK or self._wants_again(each):
                again.append(Spoiled(each.place.unit, each.words))
        for one in again:
            self._reopen(check, one, place)
        return again

    def _reopen(self, check: Check, spoiled: Spoiled, place: Place) -> None:
        """Reject for one unit what a check says, beside the attempt that is being judged."""
        if isinstance(check.otherwise, Invalidate):
            self.wishes.note(spoiled.reason, spoiled.unit)
            self._reopened = True
            invalid = self.procedure.with_dependants((*check.otherwise.sections, check.of))
            for planned in self.started.plan:
                if planned.phase == place.phase and planned.section in invalid:
                    self._invalidate_for(spoiled, planned)
        elif check.otherwise is not Consequence.REPEAT:
            self._reject_for(spoiled, PointName.of(place))

    def _invalidate_for(self, spoiled: Spoiled, planned: PlannedSection) -> None:
        """Reject what a section found of one unit; what it found for all of them cannot be invalid for one alone."""
        common = self.present.takes(self.procedure.find(planned.section)) is Takes.NONE
        for each in planned.points:
            name = PointName(planned.phase, planned.section, each.key)
            if common:
                self._reject_point(name, spoiled.reason)
            else:
                self._reject_for(spoiled, name)

    def _reject_for(self, spoiled: Spoiled, point: PointName) -> None:
        for place in self.wishes.run.scribe.progress.accepted_for(evolve(point, unit=spoiled.unit)):
            self._reject(place, spoiled.reason)

    def _wants_again(self, failure: _Failure) -> bool:
        """Ask what shall be with a unit; tell whether it is measured again."""
        words = _OF.filled(unit=failure.place.unit, words=failure.words)
        answer = self.wishes.choose(words, (_AGAIN, _ACCEPT, _EXCLUDE, _ABORT))
        if answer == _ABORT.en:
            raise RunAborted(reason=words.en)
        if answer == _EXCLUDE.en:
            self.wishes.run.leave_out(failure.place.unit, failure.words)
        return answer == _AGAIN.en

    def _counted(self, check: Check, place: Place) -> int:
        name = (check.title.en, place.point, place.unit)
        self._failures[name] = self._failures.get(name, 0) + 1
        return self._failures[name]

    def _ask(self, check: Check, words: Text, place: Place) -> None:
        answer = self.wishes.choose(words, (_AGAIN, _ACCEPT, _ABORT))
        if answer == _ABORT.en:
            raise RunAborted(reason=words.en)
        if answer == _AGAIN.en:
            self._again(check, words, place)

    def _again(self, check: Check, words: Text, place: Place) -> None:
        if isinstance(check.otherwise, Invalidate):
            self._invalidate(check, check.otherwise, words, place)
            return
        if check.otherwise is Consequence.REPEAT and place.attempt:
            raise Rejected(words)
        self._reject_point(PointName.of(place), words)
        if place.attempt:
            self._reject(place, words)
        raise PointLeft(from_hooks=True)

    def _invalidate(self, check: Check, otherwise: Invalidate, words: Text, place: Place) -> None:
        """Open whole sections again with those that rest on them, and the one that was judged, which is left."""
        self.wishes.note(words)
        self._reopened = True
        invalid = self.procedure.with_dependants((*otherwise.sections, check.of))
        for planned in self.started.plan:
            if planned.phase == place.phase and planned.section in invalid:
                for each in planned.points:
                    self._reject_point(PointName(planned.phase, planned.section, each.key), words)
        if place.attempt:
            self._reject(place, words)
        if not isinstance(self.procedure.source(check.of), Reduction):
            raise PointLeft

    def _reject_point(self, point: PointName, words: Text) -> None:
        """Reject everything that was accepted of a point, so that it is open again; all of it is kept."""
        for place in self.wishes.run.scribe.progress.accepted_places(point):
            self._reject(place, words)

    def _reject(self, place: Place, words: Text) -> None:
        run = self.wishes.run
        run.scribe.append(AttemptRejected(at=run.clock.now(), place=place, reason=words))


_OF = Text("{unit}: {words}", zh="{unit}：{words}")
