"""Liquid-in-glass thermometer for total immersion, by comparison in a bath, read by eye (JJG 130-2011).

Points rise, so that the column never falls. Figures of the regulation are from memory and print as unverified.
"""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature
from labctl.procedure import (
    POOLED,
    REPEAT,
    Auxiliary,
    Characteristic,
    Condition,
    Constant,
    Corrected,
    Effect,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Roles,
    Run,
    Stability,
    Standard,
    Steady,
    Text,
    Unit,
    Units,
)

METHOD = Procedure(
    name="liquid-in-glass",
    edition="1.0",
    document="JJG 130-2011",
    interval="12 months",
    document_title=Text(
        "Verification regulation of working liquid-in-glass thermometers", zh="工作用玻璃液体温度计检定规程"
    ),
    title=Text("Liquid-in-glass thermometer", zh="工作用玻璃液体温度计"),
    roles=Roles(
        reference=Standard("Reference thermometer", zh="标准温度计"),
        bath=Auxiliary("Comparison bath", zh="恒温槽"),
        unit=Unit("Liquid-in-glass thermometer", zh="玻璃液体温度计", up_to=10),
    ),
    environment=Environment(temperature="(20 ± 10) °C", humidity="≤ 85 %"),
)
SOAKED = Steady(during="10 min", every="30 s", within="20 mK", near="0.2 K", timeout="2 h")

ERROR = Model(
    "t = t_s + d_uniform + d_stable",
    "stem = k * (emergent + d_emergent) * (t - t_air - d_stem)",  # what the column above the bath is too short by
    "E = t_ind - hang + stem + d_read + d_res + d_zero - t",
    "drift = last(t_s[:]) - first(t_s[:])",
    t_ind=Observed(),
    t_s=Corrected("reference"),
    t_air=Condition("temperature"),
    k=Constant("0.00016 1/K", source=Text("apparent expansion of mercury in glass", zh="水银在玻璃中的视膨胀系数")),
    hang=Constant(  # a column hangs when it falls, by a tenth of a division at most, and a bath ripples
        "0.05 * unit.division", half_width="0.05 * unit.division", source=Text("working knowledge", zh="工作经验")
    ),
    d_read=Effect(
        "reading to a tenth of a division",
        "unit.division / 10",
        distribution="triangular",
        zh="估读至十分之一分度",
        source=Text("working knowledge", zh="工作经验"),
    ),
    d_res=Resolution("unit"),
    d_zero=Effect(
        "depression of the zero", "0.1 * unit.division", zh="零位降低", source=Text("working knowledge", zh="工作经验")
    ),
    d_emergent=Effect(
        "length of the emergent column", "1 K", zh="露出液柱长度", source=Text("working knowledge", zh="工作经验")
    ),
    d_stem=Effect(
        "temperature of the emergent column", "3 K", zh="露出液柱温度", source=Text("working knowledge", zh="工作经验")
    ),
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
    d_stable=Stability("t_bath"),
)


@METHOD.section("Indication", zh="示值", points="points.csv", model=ERROR, repeatability=POOLED)
def indication(run: Run, reference: MeasuresTemperature, units: Units[MeasuresTemperature]) -> None:
    """Read reference, thermometers, thermometers backwards, reference."""
    run.scan(first=("t_s", reference.temperature), then=("t_ind", [unit.temperature for unit in units]))


@indication.before_each("section")
def immerse(run: Run) -> None:
    """Put reference and thermometer upright into the bath."""
    run.instruct(
        Text(
            "Put reference and thermometers upright into the bath, the columns five degrees above its surface.",
            zh="将标准器与被检温度计垂直插入恒温槽，液柱露出液面约 5 度。",
        ),
        picture="bath.svg",
    )


@indication.before_each("nominal")
def soak(run: Run, point: Point, reference: MeasuresTemperature, bath: ControlsTemperature) -> None:
    """Bring the bath to its temperature and let it become steady."""
    bath.set_temperature(point.nominal)
    run.settle("t_bath", reference.temperature, SOAKED)


METHOD.check(
    "Scan drift",
    zh="读数期间漂移",
    of="Indication",
    symbol="drift",
    each="repetition",
    within="20 mK",
    otherwise=REPEAT,
    source="JJG 130-2011, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Are glass and scale whole and clear, the column unbroken, no bubbles in the bulb?",
        zh="玻璃与刻度是否完好清晰，液柱有无断节，感温泡内有无气泡？",
    ),
)
METHOD.require("Error of indication", zh="示值误差", of="Indication", symbol="E", within="mpe", source="JJG 130-2011")
METHOD.table(
    "Indication",
    zh="示值",
    columns=("nominal", "t [°C]", "t_ind", "stem [K]", "E [K]", "U(E)", "mpe", "verdict"),
    titles={
        "t": Text("Reference", zh="标准温度"),
        "stem": Text("Emergent column", zh="露出液柱修正"),
        "E": Text("Error", zh="示值误差"),
    },
)
