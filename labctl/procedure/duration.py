"""How long a run will take, before it is made: from waits, windows and time-outs, with a pace of readings assumed."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, evolve, field

from labctl.errors import MetrologyError
from labctl.events.kinds import PlannedPoint, PlannedSection
from labctl.metrology.figure import Figure
from labctl.procedure.forecast import rehearsed
from labctl.procedure.procedure import SECTION, Procedure, Section
from labctl.procedure.rehearsal import Rehearsed

READING: Final = 1.0
"""Seconds that an indication is taken to need where its driver states nothing."""
SETTING: Final = 0.5
"""Seconds that a setting is taken to need."""


@define
class Duration:
    """What is known beforehand of the time that a run takes.

    Attributes:
        least: seconds, where everything is steady at once.
        most: seconds, where every settling takes its whole time-out.
        rests: seconds between sections, while nothing is held.
        readings: indications that will be taken.
        instructions: how often a person is asked to do something, which no figure here counts; a section that needs
            what is connected already asks for nothing.
        pictures: of the instructions, each once, in order.
    """

    least: float = 0.0
    most: float = 0.0
    rests: float = 0.0
    readings: int = 0
    instructions: int = 0
    pictures: list[str] = field(factory=list[str])

    _connected: str = ""

    def connect(self, asked: Rehearsed, rest: float) -> None:
        """Add what the hook of a section asks for, people only where another picture was followed last."""
        there = asked.pictures == [self._connected]
        self.take(evolve(asked, instructions=0) if there else asked, rest)

    def take(self, asked: Rehearsed, rest: float, times: int = 1) -> None:
        """Add what one call asks for, so many times; `rest` is what the instruments need besides each reading."""
        seconds = asked.waited + asked.readings * (READING + rest) + asked.settings * SETTING
        self.least += times * seconds
        self.most += times * (seconds + asked.at_most)
        self.readings += times * asked.readings
        self.instructions += times * asked.instructions
        self._connected = asked.pictures[-1] if asked.pictures else "" if asked.instructions else self._connected
        self.pictures += [each for each in dict.fromkeys(asked.pictures) if each not in self.pictures]


def duration(procedure: Procedure, plan: Sequence[PlannedSection], rest: float = 0.0, units: int = 1) -> Duration:
    """Return what is known of the time that a plan takes.

    Args:
        procedure: the method.
        plan: what will be measured.
        rest: seconds that the slowest instrument of the bench asks for besides each reading.
        units: how many are measured in one run.
    """
    found = Duration()
    for planned in plan:
        section = procedure.find(planned.section)
        found.rests += _rest(section)
        turns = units if procedure.roles.unit in section.roles and not section.together else 1
        before: Mapping[str, object] = {}
        for number, point in enumerate(planned.points):
            asked = rehearsed(section, point, units)
            for column, hook in asked.hooks:
                if _changes(column, point, before, first=number == 0):
                    for _ in range(turns):
                        (found.connect if column == SECTION else found.take)(hook, rest)
            found.take(asked.function, rest, point.repeats * turns)
            before = point.columns
    return found


def _changes(column: str, point: PlannedPoint, before: Mapping[str, object], *, first: bool) -> bool:
    return first if column == SECTION else first or point.columns.get(column) != before.get(column)


def _rest(section: Section) -> float:
    if not section.earliest:
        return 0.0
    try:
        return Figure(section.earliest).quantity().value_in("s")
    except MetrologyError:
        return 0.0
