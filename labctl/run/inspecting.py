"""Inspections: what only a person can see of the unit, asked once before it is measured."""

from attrs import define

from labctl.procedure.inspections import CONFORMS, FAILS, key_of
from labctl.procedure.procedure import Procedure
from labctl.run.units import Present
from labctl.run.wishes import Wishes


@define
class Inspecting:
    """Puts the inspections of a procedure to a person, each once in a run; of several units on one form."""

    procedure: Procedure
    wishes: Wishes
    present: Present

    def inspect(self) -> None:
        """Ask what was not asked yet; the answers stand in the journal.

        Raises:
            NobodyThere: it takes a person, and there is none.
            Turned: the run ends, or a person turned to something else.
        """
        fields = tuple(self.present.field(unit) for unit in self.present.names) if self.present.several else ()
        for each in self.procedure.inspections:
            if key_of(each) not in self.wishes.run.scribe.answers:
                self.wishes.choose(each.question, (CONFORMS, FAILS), key_of(each), fields)
