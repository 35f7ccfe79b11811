"""The worked budgets of flow, with what our models do not tell apart taken together: same result, same U."""

from collections.abc import Mapping
from math import hypot

import pytest

from labctl.metrology.batch import Batch
from labctl.metrology.physics.air import air_density
from labctl.metrology.physics.buoyancy import buoyancy_factor
from labctl.metrology.physics.water import water_density
from labctl.metrology.quantity import Quantity
from labctl.procedure.procedure import Procedure
from labctl.records.equipment import Asset
from labctl_procedures.flow.by_master_meter.procedure import METHOD as BY_MASTER
from labctl_procedures.flow.electromagnetic_gravimetric.procedure import METHOD as ELECTROMAGNETIC
from labctl_procedures.flow.turbine_gravimetric.procedure import METHOD as TURBINE
from tests.procedures.budgets import asset, evaluated, spread, u, value
from tests.procedures.flow import certified, characterised

Q, K, E = "q", "K", "E"
ATMOSPHERE = "101325 Pa"
AIR = {"temperature": "20 °C", "pressure": ATMOSPHERE, "humidity": "50 %"}
HOUR = 3600.0


def weighed(  # noqa: PLR0913  (a rig has many parts)
    procedure: Procedure,
    section: str,
    *,
    mass: float,
    time: float,
    water: str,
    balance: Asset,
    timers: str,
    temperature: str,
    density: str,
    splash: str,
    air: str,
    pulses: list[Quantity],
    diverter: tuple[str, str] = ("0 s", "1e-9 s"),
    columns: Mapping[str, Quantity] | None = None,
) -> Batch:
    """Evaluate one filling of a tank that was empty."""
    seconds = Quantity.of(time, "s")
    rig = asset("rig", specification=[("time", "4000 s", timers)])
    pipes = {"water density": density, "splash and storage": splash}
    rooms = [("temperature", "60 °C", "1 µK"), ("pressure", "1100 hPa", air), ("humidity", "100 %", "1e-6 %")]
    t = Quantity.of(float(water), "°C")
    return evaluated(
        procedure,
        section,
        {
            "W_0": [Quantity.of(0, "kg")],
            "W_1": [Quantity.of(mass, "kg")],
            "t": [seconds],
            "t_N": [seconds],
            "N": pulses,
            "t_tank": [t],
            "t_line": [t],
            "p_line": [Quantity.of(101325, "Pa")],
        },
        columns={"nominal": Quantity.of(90, "m³/h"), **(columns or {})},
        assets={
            "balance": balance,
            "rig": characterised(rig, "diverter correction", *diverter),
            "tank": asset("tank", specification=[("temperature", "50 °C", "1 µK")]),
            "line": asset(
                "line", specification=[("temperature", "50 °C", temperature), ("pressure", "1 MPa", "1 mPa")]
            ),
            "pipework": asset("pipework", characteristics=pipes),
            "room": asset("room", specification=rooms),
        },
        results={"dt": (0.0, "s")},
        conditions=AIR,
        traced=frozenset({"t_line", "p_line"}),
    )


def test_the_flow_by_weighing_is_the_reference_budget_flow_grav() -> None:
    """Reference budget flow_grav: y 90.1103 m³/h, u_c 0.00700, U 0.014 m³/h (k = 2).

    Resolution and linearity of the balance stand in its drift, both parts of the diverter in its correction, tank and
    line temperature in that of the line, splash and storage in one figure. The air of 1.19 kg/m³ ± 0.01 kg/m³ is one
    of another pressure: its density is proportional.
    """
    linear = hypot(0.05, 0.025, 0.025) / 1500.25
    dense = float(air_density(20.0, 101325.0, 0.5))
    found = weighed(
        ELECTROMAGNETIC,
        "Error of indication",
        mass=1500.25,
        time=60.123,
        water="21.4",
        balance=certified("balance", "mass", 0.12 / 1500.25, f"{linear} * abs(nominal)", unit="kg", top=3000.0),
        timers="1 ms",
        diverter=("2 ms", f"{2 * hypot(4 / 3**0.5, 2.5)} ms"),
        temperature=f"{0.1 * hypot(1, 0.0189232 / 0.0199826)} K",
        density="0.02 kg/m³",
        splash=f"{0.02 * 2**0.5} kg",
        air=f"{0.01 / dense * 1013.25} hPa",
        pulses=spread(1000, 1e-6, 4, "1"),
        columns={"pulse_volume": Quantity.of(0.1, "L")},
    )
    own = float(buoyancy_factor(dense, float(water_density(21.4, 101325.0))))
    theirs = float(buoyancy_factor(1.19, float(water_density(21.4, 101325.0))))
    assert value(found, Q) * HOUR * theirs / own == pytest.approx(90.1103, abs=5e-5)
    assert u(found, Q) * HOUR == pytest.approx(0.0070, abs=0.5e-4)
    assert 2 * u(found, Q) * HOUR == pytest.approx(0.014, abs=0.5e-4)


def test_the_k_factor_is_the_reference_budget_flow_k() -> None:
    """Reference budget flow_K: y 9.97878 pulses a litre, U 0.00534 (k = 2), ν 156.

    The volume of the rig is brought in as what weighs as much; the pulse that double timing does away with stands in
    the balance, and so does its ± 0.2 K.
    """
    rho = float(water_density(20.0, 101325.0))
    mass = 1.50349 * rho / float(buoyancy_factor(float(air_density(20.0, 101325.0, 0.5)), rho))
    relative = 2 * hypot(0.0024888971, 0.00027153376, 0.00024197) / 9.978782
    found = weighed(
        TURBINE,
        "K factor",
        mass=mass,
        time=60.0,
        water="20",
        balance=certified("balance", "mass", relative, "", unit="kg", top=3000.0),
        timers="1 ns",
        temperature="1 µK",
        density="1e-9 kg/m³",
        splash="1e-9 kg",
        air="1 mPa",
        pulses=spread(15003, 9e-5 * 15003, 3, "1"),
    )
    assert value(found, K) / 1000 == pytest.approx(9.97878, abs=5e-6)
    assert 2 * u(found, K) / 1000 == pytest.approx(0.00534, abs=5e-6)
    assert float(found.dof[K][0]) == pytest.approx(156, abs=1)


def test_the_error_by_a_master_is_the_reference_budget_flow_master() -> None:
    """Reference budget flow_master: y 0.109978 %, u_c 0.0652 %, U 0.13 % (k = 2), ν 45; flows in place of volumes."""
    found = evaluated(
        BY_MASTER,
        "Error of indication",
        {"q": spread(1001.3, 0.3, 3, "L/min"), "q_m": [Quantity.of(1000.2, "L/min")]},
        columns={"nominal": Quantity.of(1000, "L/min")},
        assets={
            "master": certified("master", "flow", 1e-3, f"{0.05e-2 / 1.0011} * abs(nominal)", unit="L/min", top=2000.0)
        },
        resolutions={"unit": "0.1 L/min"},
        traced=frozenset({"q_m"}),
    )
    assert value(found, E) * 100 == pytest.approx(0.109978, abs=5e-7)
    assert u(found, E) * 100 == pytest.approx(0.0652, abs=5e-5)
    assert 2 * u(found, E) * 100 == pytest.approx(0.13, abs=5e-3)
    assert float(found.dof[E][0]) == pytest.approx(45, abs=0.5)
