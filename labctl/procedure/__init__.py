"""What a procedure is written with: head, roles, model, sources, settling, points, and the fourteen verbs of a run."""

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Scope
from labctl.procedure.declared import POOLED, Consequence, Invalidate, Order
from labctl.procedure.environment import Environment
from labctl.procedure.model import Model
from labctl.procedure.planners import Columns
from labctl.procedure.point import Point
from labctl.procedure.procedure import Procedure
from labctl.procedure.roles import Auxiliary, Roles, Standard, Unit
from labctl.procedure.run import Run
from labctl.procedure.settling import Steady
from labctl.procedure.sources import (
    Applied,
    Calibration,
    Characteristic,
    Condition,
    Constant,
    Corrected,
    Effect,
    Observed,
    Resolution,
    Result,
    Stability,
    arcsine,
    normal,
    rectangular,
    triangular,
)
from labctl.procedure.units import Units
from labctl.records.equipment import UnitUnderTest

POINT, GROUP, RUN, STANDARD, LAB = Scope.POINT, Scope.GROUP, Scope.RUN, Scope.STANDARD, Scope.LAB
REPEAT, RESTART, ASK = Consequence.REPEAT, Consequence.RESTART, Consequence.ASK
NOTE, STOP = Consequence.NOTE, Consequence.STOP
CYCLES = Order.CYCLES

__all__ = [
    "ASK",
    "CYCLES",
    "GROUP",
    "LAB",
    "NOTE",
    "POINT",
    "POOLED",
    "REPEAT",
    "RESTART",
    "RUN",
    "STANDARD",
    "STOP",
    "Applied",
    "Auxiliary",
    "Calibration",
    "Characteristic",
    "Columns",
    "Condition",
    "Constant",
    "Corrected",
    "Effect",
    "Environment",
    "Floats",
    "Invalidate",
    "Model",
    "Observed",
    "Point",
    "Procedure",
    "Resolution",
    "Result",
    "Roles",
    "Run",
    "Stability",
    "Standard",
    "Steady",
    "Text",
    "Unit",
    "UnitUnderTest",
    "Units",
    "arcsine",
    "normal",
    "rectangular",
    "triangular",
]
