"""The adjustment between as found and as left: offered where the results call for it, made only by a decision."""

from attrs import define, field

from labctl.errors import NotSettled, OperatorDeclined
from labctl.events.kinds import Place, SectionFinished, SectionStarted
from labctl.language import Text
from labctl.procedure.plan import AS_FOUND
from labctl.procedure.procedure import Adjustment
from labctl.run.attempt import Attempts
from labctl.run.verbs import Rejected
from labctl.run.wishes import Wishes

PHASE = "adjustment"
"""The phase between as found and as left, as places name it."""
_ADJUST = Text("adjust", zh="调整")
_LEAVE = Text("leave as found", zh="不调整")
_NOBODY = Text("not adjusted: nobody is there to decide it", zh="未调整：无人决定")
_OFFER = Text("{title}: the errors are large enough to offer it", zh="{title}：误差较大，可进行调整")


@define
class Adjusting:
    """Offers and makes adjustments, each once in a run."""

    attempts: Attempts
    wishes: Wishes
    _told: bool = field(default=False, init=False)

    def adjusted(self, adjustment: Adjustment) -> bool:
        """Return whether the unit was adjusted, now or in an earlier engine's time.

        Raises:
            Turned: the run ends, or a person turned to a point.
            RunAborted, NobodyThere: it did not come to its end.
        """
        run = self.attempts.run
        place = Place(phase=PHASE, section=adjustment.title.en)
        if (place.phase, place.section) in run.scribe.progress.sections_done:
            return True
        run.scribe.place = place
        if not self._wanted(adjustment):
            return False
        run.scribe.append(SectionStarted(at=run.clock.now(), place=place))
        self._made(adjustment)
        run.forget_connections()
        run.scribe.place = place
        run.scribe.append(SectionFinished(at=run.clock.now(), place=place))
        return True

    def _made(self, adjustment: Adjustment) -> None:
        """Make an adjustment; where it does not come to its end a person decides, for the unit is half adjusted.

        Raises:
            RunAborted: the person ends the run.
            NobodyThere: nobody is there to decide.
        """
        while True:
            try:
                self.attempts.call(adjustment.function)
            except (Rejected, NotSettled, OperatorDeclined) as error:
                reason = error.reason if isinstance(error, Rejected) else error.text()
                self.wishes.note(reason)
                self.wishes.ask_about(reason)
            else:
                return

    def _wanted(self, adjustment: Adjustment) -> bool:
        run = self.attempts.run
        key = f"adjust {adjustment.title.en}"
        if key in run.scribe.answers:  # decided in an earlier engine's time
            return run.scribe.answers[key] == _ADJUST.en
        if not adjustment.offered([each for each in run.scribe.results if each.phase == AS_FOUND]):
            return False
        if not run.operator.attended:
            if not self._told:
                self._told = True
                self.wishes.note(_NOBODY)
            return False
        return self.wishes.choose(_OFFER.filled(title=adjustment.title), (_ADJUST, _LEAVE), key) == _ADJUST.en
