"""What people decide about points: made again, left out, tried once more after failures."""

from collections.abc import Callable
from typing import NoReturn

from attrs import define, evolve

from labctl.errors import InstrumentError, RunAborted, WrongIdentity
from labctl.events.kinds import AttemptRejected, Field, NoteTaken, Place, PointSkipped, Question
from labctl.language import Text
from labctl.run.control import Turned, Wish
from labctl.run.progress import PointName
from labctl.run.verbs import LiveRun

ATTEMPTS = 3  # after so many failures in a row a person decides
_UNNAMED = "unnamed"  # a program that wishes on nobody's behalf
_ELSEWHERE = Text("a person turned to another point", zh="人员转到另一校准点")
_AGAIN = Text("try again", zh="重试")
_SKIP = Text("skip the point", zh="跳过该点")
_ABORT = Text("abort the run", zh="中止运行")


class PointLeft(Exception):
    """The point is made again or left out: a person wants it so, or a check says it.

    Args:
        from_hooks: it begins again from what its hooks bring about.
    """

    def __init__(self, *, from_hooks: bool = False) -> None:
        super().__init__()
        self.from_hooks = from_hooks


@define
class Wishes:
    """Obeys people between and within attempts; the bench is safe whenever somebody is asked."""

    run: LiveRun

    def obey(self, here: Place, begun: Place | None = None) -> NoReturn:
        """Obey what made the engine turn.

        Args:
            here: the point that was being measured, which a wish means where it names no other.
            begun: the attempt that is left behind.

        Raises:
            Turned: the run ends.
            PointLeft: a point is open again, or left out; the engine looks for the next one.
        """
        control, scribe = self.run.control, self.run.scribe
        wish = control.redo() if control.ending is None else None
        if wish is None:
            raise Turned
        scribe.place = here
        facts = wish.facts
        reason, by = Text(facts["reason"], zh=facts["reason"]), wish.by or _UNNAMED
        meant = PointName(
            facts.get("phase", here.phase),
            facts.get("section", here.section),
            facts.get("point", here.point),
            facts.get("unit", here.unit if facts.get("section", here.section) == here.section else ""),
        )
        if begun is not None:
            self._reject(begun, reason if meant.covers(PointName.of(begun)) else _ELSEWHERE, by)
        if wish.wish is Wish.SKIP and meant.point:
            self._skip(meant, reason, by)
        elif wish.wish is Wish.RETRY:
            self._again(meant, reason, by)
        raise PointLeft

    def decide(self, place: Place, reason: Text) -> None:
        """Ask a person what to do about a point that failed again and again; return to try once more.

        Raises:
            PointLeft: the point was left out.
            RunAborted: the person ends the run.
            Turned: the run ends otherwise.
        """
        text = Text("{count} attempts failed: {reason}", zh="连续 {count} 次失败：{reason}").filled(
            count=ATTEMPTS, reason=reason
        )
        answer = self._chosen(text, (_AGAIN, _SKIP, _ABORT), place)
        if answer == _SKIP.en:
            self._skip(PointName.of(place), reason, "")
            raise PointLeft
        if answer == _ABORT.en:
            raise RunAborted(reason=reason.en)

    def choose(self, text: Text, choices: tuple[Text, ...], key: str = "", fields: tuple[Field, ...] = ()) -> str:
        """Put a choice to a person, the bench safe meanwhile, and return its English words. Raises Turned.

        With fields it is put for each of them on one form, and the answer is the filled form.
        """
        self.run.bench.make_safe()
        kind = "form" if fields else "choice"
        question = Question(key=key or self.run.new_key(), kind=kind, text=text, choices=choices, fields=fields)
        return self.run.put(question)

    def patiently(self, act: Callable[[], None]) -> None:
        """Do something between attempts, again after an instrument's failure, and ask when it fails and fails.

        Raises:
            PointLeft: a person turned to another point.
            RunAborted: a person ends the run.
            Turned: the run ends otherwise.
            WrongIdentity: another instrument answers.
        """
        failures = 0
        while True:
            try:
                act()
            except Turned:
                self.obey(self.run.scribe.place)
            except WrongIdentity:
                raise
            except InstrumentError as error:
                if self.run.control.halted.is_set():  # the wait was given up because somebody asked for it
                    self.obey(self.run.scribe.place)
                failures += 1
                self.note(error.text())
                if failures % ATTEMPTS == 0:
                    self.ask_about(error.text())
                self._reopen(error.instrument)
            else:
                return

    def note(self, text: Text, unit: str = "") -> None:
        """Write a remark of the engine into the record, of one of several units where it concerns that alone."""
        scribe = self.run.scribe
        place = evolve(scribe.place, unit=unit) if unit else scribe.place
        scribe.append(NoteTaken(at=self.run.clock.now(), text=text, place=place))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _chosen(self, text: Text, choices: tuple[Text, ...], here: Place) -> str:
        try:
            return self.choose(text, choices)
        except Turned:
            self.obey(here)

    def ask_about(self, reason: Text) -> None:
        """Ask whether something is tried once more. Raises RunAborted where a person ends the run."""
        if self._chosen(reason, (_AGAIN, _ABORT), self.run.scribe.place) == _ABORT.en:
            raise RunAborted(reason=reason.en)

    def _reopen(self, instrument: str) -> None:
        try:
            self.run.bench.recover(instrument)
        except WrongIdentity:
            raise
        except InstrumentError as error:
            self.note(error.text())

    def _again(self, meant: PointName, reason: Text, by: str) -> None:
        """Reject what was accepted of a point, so that it is open again; all of it is kept."""
        for place in self.run.scribe.progress.accepted_places(meant):
            self._reject(place, reason, by)

    def _reject(self, place: Place, reason: Text, by: str) -> None:
        self.run.scribe.append(AttemptRejected(at=self.run.clock.now(), place=place, reason=reason, by=by))

    def _skip(self, meant: PointName, reason: Text, by: str) -> None:
        self.run.scribe.append(PointSkipped(at=self.run.clock.now(), place=meant.place, reason=reason, by=by))
