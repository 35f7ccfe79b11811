"""What an attempt uses up, such as a filter: what was found of one that is spoiled is found again of a fresh one."""

from collections.abc import Iterator
from typing import Final

from attrs import define, evolve

from labctl.events.kinds import AttemptRejected, Place, PlannedPoint, PlannedSection, RunStarted
from labctl.language import Text
from labctl.procedure.body import roles_of
from labctl.procedure.procedure import Procedure
from labctl.run.progress import PointName
from labctl.run.verbs import LiveRun


@define
class UsedUp:
    """Looks for what other sections measured of a thing that was used since.

    A section names the column whose thing each of its attempts uses up. An attempt whose function began, by a reading
    or by a command to an instrument that no hook uses, and that does not count, spoils what sections before it found
    of the same thing; any such attempt spoils what sections after it found.

    Args:
        procedure: the method.
        started: the run, its plan included.
        run: the way to the scribe.
    """

    procedure: Procedure
    started: RunStarted
    run: LiveRun

    def reopen(self) -> bool:
        """Reject what is spoiled, so that it is measured again, all of it kept; tell whether there was anything."""
        found = False
        for user, column in self._users():
            for used in user.points:
                for section, point, before in self._alike(user, used, column):
                    found |= self._reject(section, point, user, used, before=before)
        return found

    def _users(self) -> Iterator[tuple[PlannedSection, str]]:
        for planned in self.started.plan:
            column = self.procedure.find(planned.section).uses_up
            if column:
                yield planned, column

    def _alike(
        self, user: PlannedSection, used: PlannedPoint, column: str
    ) -> Iterator[tuple[PlannedSection, PlannedPoint, bool]]:
        """Return the points of other sections with the same thing, and whether they come before its use."""
        place = self.started.plan.index(user)
        for number, planned in enumerate(self.started.plan):
            if planned.phase == user.phase and number != place:
                for point in planned.points:
                    if column in point.columns and point.columns[column] == used.columns.get(column):
                        yield planned, point, number < place

    def _reject(
        self, section: PlannedSection, point: PlannedPoint, user: PlannedSection, used: PlannedPoint, *, before: bool
    ) -> bool:
        progress = self.run.scribe.progress
        name, by = PointName(section.phase, section.section, point.key), PointName(user.phase, user.section, used.key)
        told = self._instruments(user)
        spoiled = [
            (repetition, attempt)
            for repetition, attempt in progress.accepted_of(name)
            if progress.used_after(by, progress.accepted_at(name, repetition), told, rejected=before)
        ]
        place = Place(phase=section.phase, section=section.section, point=point.key)
        reason = _SPOILED.filled(section=user.title, point=used.key)
        for repetition, attempt in spoiled:
            there = evolve(place, repetition=repetition, attempt=attempt)
            self.run.scribe.append(AttemptRejected(at=self.run.clock.now(), place=there, reason=reason))
        return bool(spoiled)

    def _instruments(self, user: PlannedSection) -> frozenset[str]:
        """Return the instruments that only the function of a section uses, no hook of it."""
        section = self.procedure.find(user.section)
        prepared = {name for hook in section.hooks for name in hook.roles}
        return frozenset(
            self.started.roles[name]
            for name in roles_of(section.function)
            if name not in prepared and name in self.started.roles
        )


_SPOILED: Final = Text(
    "used up since by an attempt at {section}, {point}", zh="此后已被 {section}（{point}）的一次测量用掉"
)
