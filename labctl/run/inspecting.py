"""Inspections: what only a person can see of the unit, asked once before it is measured."""

from typing import Final

from attrs import define

from labctl.events.of_unit import asked_of, planned_of
from labctl.language import Text
from labctl.procedure.inspections import CONFORMS, FAILS, key_of
from labctl.procedure.procedure import Procedure
from labctl.run.units import Present
from labctl.run.wishes import Wishes


@define
class Inspecting:
    """Puts the inspections of a procedure to a person, each once in a run."""

    procedure: Procedure
    wishes: Wishes
    present: Present

    def inspect(self) -> None:
        """Ask what was not asked yet; the answers stand in the journal.

        Raises:
            NobodyThere: it takes a person, and there is none.
            Turned: the run ends, or a person turned to something else.
        """
        for unit in self.present.names:
            for each in self.procedure.inspections:
                key = asked_of(key_of(each), unit)
                if key not in self.wishes.run.scribe.answers:
                    self.wishes.choose(self._of(unit, each.question), (CONFORMS, FAILS), key)

    def _of(self, unit: str, question: Text) -> Text:
        if not unit:
            return question
        serial = planned_of(self.present.started, unit).unit.identity.serial
        return _OF.filled(unit=f"{unit} {serial}".strip(), question=question)


_OF: Final = Text("{unit}: {question}", zh="{unit}：{question}")
