"""Noble-metal thermocouple of type S, by comparison with a standard of its own type in a furnace (JJG 141-2013).

Wires of one type in one furnace: what counts is the difference of two small voltages on one readout. Figures of the
regulation are from memory and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature, MeasuresThermovoltage
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Calibration,
    Characteristic,
    Constant,
    Effect,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
    Units,
)


class Furnace(ControlsTemperature, MeasuresTemperature, Protocol):
    """A furnace with a sensor of its own, which tells when it is steady."""


METHOD = Procedure(
    name="thermocouple-s",
    edition="1.0",
    document="JJG 141-2013",
    interval="12 months",
    document_title=Text(
        "Verification regulation of working noble-metal thermocouples", zh="工作用贵金属热电偶检定规程"
    ),
    title=Text("Noble-metal thermocouple, type S", zh="贵金属热电偶（S型）"),
    roles=Roles(
        standard=Standard("Standard thermocouple", zh="标准铂铑10-铂热电偶"),
        scanner=Auxiliary("Voltage readout", zh="电测仪表"),
        furnace=Auxiliary("Furnace", zh="检定炉"),
        junction=Auxiliary("Ice point of the reference junctions", zh="参考端冰点器"),
        unit=Unit("Thermocouple", zh="热电偶", up_to=5),
    ),
    environment=Environment(temperature="(23 ± 5) °C", humidity="≤ 80 %"),
)
SOAKED = Steady(during="6 min", every="20 s", within="0.5 K", slope="0.1 K / min", near="5 K", timeout="3 h")

COMPARISON = Model(
    "t_j = zero + d_junction",
    "t_x = nominal + d_uniform",
    "E_n = tc(nominal) + E_x - E_s + d_res + d_meter + d_switch + d_wires + d_own + iec60584.e('S', t_j)"
    " - iec60584.slope('S', nominal) * (t_x - nominal)",
    "E = (E_n - iec60584.e('S', nominal)) / iec60584.slope('S', nominal)",
    "drift = (last(E_s[:]) - first(E_s[:])) / iec60584.slope('S', nominal)",
    E_x=Observed(),  # both on one readout, one after the other
    E_s=Observed(),
    tc=Calibration("standard", form="thermocouple S"),
    zero=Constant("0 °C", source=Text("reference junctions", zh="参考端")),
    d_res=Resolution("unit"),
    d_meter=Characteristic("scanner", "voltage difference", zh="电压差"),
    d_switch=Characteristic("scanner", "parasitic voltage", zh="寄生电势"),
    d_junction=Characteristic("junction", "difference", zh="差异"),
    d_uniform=Characteristic("furnace", "uniformity", zh="均匀性"),
    d_wires=Characteristic("standard", "inhomogeneity", zh="不均匀性"),
    d_own=Effect(
        "inhomogeneous wires of the thermocouple",
        "unit.inhomogeneity",
        distribution="arcsine",
        zh="被检热电偶的不均匀性",
        source=Text("nameplate of the type", zh="型号铭牌"),
    ),
)


@METHOD.section("Comparison", zh="比较", points="points.csv", model=COMPARISON)
def comparison(run: Run, standard: MeasuresThermovoltage, units: Units[MeasuresThermovoltage]) -> None:
    """Read standard, units, units backwards, standard: symmetric in time."""
    run.scan(first=("E_s", standard.thermovoltage), then=("E_x", [unit.thermovoltage for unit in units]))


@comparison.before_each("section")
def bundle(run: Run) -> None:
    """Put the annealed thermocouples into the middle of the furnace, their reference junctions into ice."""
    run.instruct(
        Text(
            "Bundle the annealed thermocouples in the middle of the furnace, put the reference junctions into ice.",
            zh="将退火后的热电偶测量端捆扎并置于检定炉最高均匀温区，参考端插入冰点器。",
        ),
        picture="furnace.svg",
    )


@comparison.before_each("nominal")
def soak(run: Run, point: Point, furnace: Furnace) -> None:
    """Bring the furnace to its temperature and let it become steady."""
    furnace.set_temperature(point.nominal)
    run.settle("t_furnace", furnace.temperature, SOAKED)


METHOD.check(
    "Scan drift",
    zh="巡检期间漂移",
    of="Comparison",
    symbol="drift",
    each="repetition",
    within="0.3 K",
    otherwise=REPEAT,
    source="JJG 141-2013, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Are the wires bright and whole after annealing, the junction smooth, the polarity marked?",
        zh="退火后热电极是否光洁完好，测量端是否圆滑，极性标志是否清晰？",
    ),
)
METHOD.require(
    "Deviation", zh="允差", of="Comparison", symbol="E", within="mpe", source="IEC 60584-1:2013, unconfirmed"
)
METHOD.table(
    "Comparison",
    zh="比较结果",
    columns=("nominal", "E_n [mV]", "U(E_n)", "E [K]", "U(E)", "mpe", "verdict"),
    titles={"E_n": Text("Voltage", zh="热电动势"), "E": Text("Deviation", zh="偏差")},
)
