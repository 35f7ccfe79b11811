"""The physical functions that a model's text may call, each with its value and exact derivatives."""

from collections.abc import Callable
from functools import partial
from typing import Final

from labctl.metrology.physics import air, buoyancy, gas, iec60584, iec60751, its90, water
from labctl.metrology.physics.iec60584_tables import REFERENCE
from labctl.metrology.physics.ranges import Partials

PHYSICAL: Final[dict[str, Callable[..., Partials]]] = {
    "its90.wr": its90.wr_partials,
    "its90.t": its90.t_partials,
    "iec60751.r": iec60751.r_partials,
    "iec60751.t": iec60751.t_partials,
    "iec60751.slope": iec60751.slope_partials,
    **{f"iec60751.tolerance({grade!r})": partial(iec60751.tolerance_partials, grade) for grade in iec60751.CLASSES},
    **{f"iec60584.e({kind!r})": partial(iec60584.e_partials, kind) for kind in REFERENCE},
    **{f"iec60584.t({kind!r})": partial(iec60584.t_partials, kind) for kind in REFERENCE},
    **{f"iec60584.slope({kind!r})": partial(iec60584.slope_partials, kind) for kind in REFERENCE},
    **{
        f"iec60584.tolerance({kind!r}, {grade!r})": partial(iec60584.tolerance_partials, kind, grade)
        for kind, classes in iec60584.TOLERANCES.items()
        for grade in classes
    },
    "water_density": water.water_density_partials,
    "water_density_saturated": water.water_density_saturated_partials,
    "air_density": air.air_density_partials,
    "air_density_short": air.air_density_short_partials,
    "dew_point": air.dew_point_partials,
    "buoyancy_factor": buoyancy.buoyancy_factor_partials,
    "conventional_factor": buoyancy.conventional_factor_partials,
    "gas.to_273_K": partial(gas.volume_factor_partials, gas.STANDARD),
    "gas.to_298_K": partial(gas.volume_factor_partials, gas.REFERENCE),
}
"""By the name of `labctl.metrology.functions`; a choice of the text, such as 'K', stands in the name."""
