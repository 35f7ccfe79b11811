"""One simulated instrument by itself: nothing is connected to it, nothing acts on it."""

from labctl.records.equipment import Asset, Identity, UnitUnderTest
from labctl.simulation.coupling import Coupling
from labctl.simulation.host import BenchPlan
from labctl.simulation.instrument import Placed, SimulatedInstrument

KEY = "instrument"
"""The name of an instrument that stands on a bench of its own."""


class Alone(Coupling, field="alone"):
    """The air around one instrument, and silence."""


def plan_alone(
    model: type[SimulatedInstrument],
    *,
    serial: str = "SIM0001",
    asset: Asset | None = None,
    unit: UnitUnderTest | None = None,
    wires: tuple[str, ...] = (),
    wire: str = "",
) -> BenchPlan:
    """Return a bench that holds one instrument of a model, by the name `KEY`.

    Args:
        model: its simulator.
        serial: its serial number.
        asset: the record from which the errors of a standard are drawn.
        unit: the type from which the errors of a unit under test are drawn.
        wires: which it is served on; all that the model has where none is named.
        wire: for which a loopback stands, so that it takes the same time.
    """
    identity = Identity(manufacturer=model.maker, model=model.model, serial=serial)
    placed = Placed(
        key=KEY,
        simulator=f"{model.maker.lower()}/{model.model}",
        identity=identity,
        asset=asset,
        unit=unit,
        wires=wires,
        wire=wire,
    )
    return BenchPlan(world=Alone.field, instruments=(placed,))
