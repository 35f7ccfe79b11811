"""What a procedure is written with: head, roles, model, sources, settling, points, and the fourteen verbs of a run."""

from labctl.language import Text
from labctl.metrology.effects import Scope
from labctl.procedure.environment import Environment
from labctl.procedure.model import Model
from labctl.procedure.point import Point
from labctl.procedure.procedure import Procedure
from labctl.procedure.roles import Auxiliary, Roles, Standard, Unit
from labctl.procedure.run import Run
from labctl.procedure.settling import Steady
from labctl.procedure.sources import Applied, Characteristic, Constant, Corrected, Effect, Observed, Resolution

POINT, GROUP, RUN, LAB = Scope.POINT, Scope.GROUP, Scope.RUN, Scope.LAB

__all__ = [
    "GROUP",
    "LAB",
    "POINT",
    "RUN",
    "Applied",
    "Auxiliary",
    "Characteristic",
    "Constant",
    "Corrected",
    "Effect",
    "Environment",
    "Model",
    "Observed",
    "Point",
    "Procedure",
    "Resolution",
    "Roles",
    "Run",
    "Standard",
    "Steady",
    "Text",
    "Unit",
]
