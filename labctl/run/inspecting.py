"""Inspections: what only a person can see of the unit, asked once before it is measured."""

from attrs import define

from labctl.procedure.declared import Inspection
from labctl.procedure.inspections import CONFORMS, FAILS, key_of
from labctl.procedure.procedure import Procedure
from labctl.run.wishes import Wishes


@define
class Inspecting:
    """Puts the inspections of a procedure to a person, each once in a run."""

    procedure: Procedure
    wishes: Wishes

    def inspect(self) -> None:
        """Ask what was not asked yet; the answers stand in the journal.

        Raises:
            NobodyThere: it takes a person, and there is none.
            Turned: the run ends, or a person turned to something else.
        """
        for each in self.procedure.inspections:
            if not self._answered(each):
                self.wishes.choose(each.question, (CONFORMS, FAILS), key_of(each))

    def _answered(self, inspection: Inspection) -> bool:
        return key_of(inspection) in self.wishes.run.scribe.answers
