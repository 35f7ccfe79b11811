"""What people answered to inspections, as the record states it."""

from collections.abc import Mapping
from typing import Final

from labctl.language import Text
from labctl.metrology.conformity import Verdict
from labctl.procedure.declared import Inspection
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import InspectionResult

INSPECTION: Final = "inspection "
"""Begins the name of a question that judges the unit."""
CONFORMS: Final = Text("in order", zh="符合要求")
FAILS: Final = Text("not in order", zh="不符合要求")


def key_of(inspection: Inspection) -> str:
    """Return the name of the question that is put to a person."""
    return f"{INSPECTION}{inspection.title.en}"


def inspected(procedure: Procedure, answers: Mapping[str, str]) -> tuple[InspectionResult, ...]:
    """Return what was seen of the unit, for every inspection that was answered.

    Args:
        procedure: the method.
        answers: by the key of the question.
    """
    return tuple(
        InspectionResult(
            title=each.title,
            question=each.question,
            verdict=Verdict.CONFORMS if answers[key_of(each)] == CONFORMS.en else Verdict.DOES_NOT_CONFORM,
        )
        for each in procedure.inspections
        if key_of(each) in answers
    )
