"""The units of a run that are still in it, and where each of them has to be measured."""

from enum import Enum

from attrs import define, evolve

from labctl.events.kinds import Field, PlannedSection, RunStarted
from labctl.events.of_unit import planned_of, units_of
from labctl.language import Text
from labctl.procedure.declared import Reduction
from labctl.procedure.procedure import Procedure, Section
from labctl.run.scribe import Scribe


class Takes(Enum):
    """How a section takes several units."""

    NONE = "none"  # it names no unit: measured once, and serves all of them
    EACH = "each"  # one after the other, each at all of its points
    TOGETHER = "together"  # all that are present, in one call


@define
class Present:
    """The units of a run. A run with one unit has the empty name for it, and everything is that unit's.

    Args:
        procedure: the method.
        started: the run, its plan included.
        scribe: knows who was excluded.
    """

    procedure: Procedure
    started: RunStarted
    scribe: Scribe

    @property
    def several(self) -> bool:
        """Return whether the run began with several units."""
        return bool(self.started.units)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the units that are left."""
        return tuple(each for each in units_of(self.started) if each not in self.scribe.progress.excluded)

    def field(self, unit: str) -> Field:
        """Return the line of a form for a unit: its instrument and serial number."""
        serial = planned_of(self.started, unit).unit.identity.serial
        words = " ".join(filter(None, (unit, serial)))
        return Field(unit=unit, text=Text(words, zh=words))

    def takes(self, section: Section) -> Takes:
        """Return how a section takes the units of this run."""
        if not self.several or self.procedure.roles.unit not in section.roles:
            return Takes.NONE
        return Takes.TOGETHER if section.together else Takes.EACH

    def of_units(self, target: Section | Reduction) -> bool:
        """Return whether what a section or reduction gives differs between the units of this run."""
        if isinstance(target, Section):
            return self.takes(target) is not Takes.NONE
        return any(self.of_units(self.procedure.source(each.section)) for each in target.model.results.values())

    def turns(self, section: Section) -> tuple[str, ...]:
        """Return for whom a section's points are measured, one after the other; the empty name: for all at once."""
        return self.names if self.takes(section) is Takes.EACH else ("",)

    def points_of(self, planned: PlannedSection, turn: str) -> PlannedSection:
        """Return what of a section is measured in the turn of a unit."""
        return self._own(planned, turn) if turn else planned

    def at(self, planned: PlannedSection, point: str, turn: str) -> tuple[str, ...]:
        """Return the units that are present at a point."""
        if turn or not self.several:
            return (turn,)
        return tuple(unit for unit in self.names if any(each.key == point for each in self._own(planned, unit).points))

    def judged(self, section: Section, planned: PlannedSection, point: str, turn: str) -> tuple[tuple[str, str], ...]:
        """Return for whom a point is evaluated: under which unit it is written, and in whose view it is worked out."""
        if self.takes(section) is not Takes.NONE:
            return tuple((unit, unit) for unit in self.at(planned, point, turn))
        return (("", next(iter(self.at(planned, point, turn)), "")),)

    def _own(self, planned: PlannedSection, unit: str) -> PlannedSection:
        own = planned_of(self.started, unit).plan
        found = [each for each in own if (each.phase, each.section) == (planned.phase, planned.section)]
        return found[0] if found else evolve(planned, points=())
