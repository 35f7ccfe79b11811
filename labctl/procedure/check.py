"""Reads a procedure as a reviewer would, without instruments: series, sources, dimensions, figures, points, words."""

from collections.abc import Iterator

from labctl.procedure.checking.declarations import declarations
from labctl.procedure.checking.functions import functions
from labctl.procedure.checking.models import models
from labctl.procedure.checking.points import points
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.procedure import Procedure

__all__ = ["Finding", "Severity", "check"]


def check(procedure: Procedure) -> tuple[Finding, ...]:
    """Return everything that is wrong or incomplete, in the order of the file; errors stop a run, others do not."""
    found = list(_findings(procedure))
    return tuple(sorted(found, key=lambda each: (each.file, each.line, each.code)))


def _findings(procedure: Procedure) -> Iterator[Finding]:
    yield from declarations(procedure)
    yield from points(procedure)
    for section in procedure.sections:
        yield from functions(procedure, section)
        yield from models(procedure, section)
