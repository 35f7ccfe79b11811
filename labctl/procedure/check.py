"""Reads a procedure as a reviewer would, without instruments: series, sources, dimensions, figures, points, words."""

from collections.abc import Iterator

from labctl.procedure.checking.bodies import bodies, module
from labctl.procedure.checking.declarations import declarations
from labctl.procedure.checking.doubles import doubles
from labctl.procedure.checking.functions import adjustments, functions
from labctl.procedure.checking.judgements import extremes, judgements
from labctl.procedure.checking.links import links
from labctl.procedure.checking.models import complete, models
from labctl.procedure.checking.points import points
from labctl.procedure.checking.scatter import scatter
from labctl.procedure.checking.several import several
from labctl.procedure.checking.survey import Survey
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Procedure

__all__ = ["Finding", "Severity", "check"]


def check(procedure: Procedure) -> tuple[Finding, ...]:
    """Return everything that is wrong or incomplete, in the order of the file; errors stop a run, others do not."""
    once = {(each.file, each.line, each.code, each.problem.en): each for each in _findings(Survey(procedure))}
    return tuple(sorted(once.values(), key=lambda each: (each.file, each.line, each.code)))


def _findings(survey: Survey) -> Iterator[Finding]:
    yield from declarations(survey)
    yield from points(survey)
    yield from links(survey)
    yield from doubles(survey)
    yield from judgements(survey)
    yield from module(survey)
    yield from several(survey)
    yield from adjustments(survey)
    for section in survey.procedure.sections:
        yield from functions(survey, section)
        yield from bodies(section)
        yield from complete(survey, section)
        yield from scatter(survey, section)
    for target in survey.targets:
        yield from models(survey, target)
        yield from extremes(survey, target)
