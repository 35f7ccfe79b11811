"""Base-metal thermocouple of type K, by comparison with a standard thermocouple in a furnace (JJF 1637-2017).

Figures of the specification are from memory and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature, MeasuresThermovoltage
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Calibration,
    Characteristic,
    Constant,
    Corrected,
    Effect,
    Environment,
    Model,
    Point,
    Procedure,
    Roles,
    Run,
    Stability,
    Standard,
    Steady,
    Text,
    Unit,
    Units,
)


class Furnace(ControlsTemperature, MeasuresTemperature, Protocol):
    """A furnace with a sensor of its own, which tells when it is steady."""


METHOD = Procedure(
    name="thermocouple-k",
    edition="1.0",
    document="JJF 1637-2017",
    document_title=Text("Calibration specification for base-metal thermocouples", zh="廉金属热电偶校准规范"),
    title=Text("Base-metal thermocouple, type K", zh="廉金属热电偶（K型）"),
    roles=Roles(
        standard=Standard("Standard thermocouple", zh="标准铂铑10-铂热电偶"),
        scanner=Standard("Voltage readout", zh="电测仪表"),
        furnace=Auxiliary("Furnace", zh="检定炉"),
        junction=Auxiliary("Reference junctions", zh="参考端恒温器"),
        unit=Unit("Thermocouple", zh="热电偶", up_to=5),
    ),
    environment=Environment(temperature="(23 ± 5) °C", humidity="≤ 80 %"),
)
SOAKED = Steady(during="6 min", every="20 s", within="1 K", slope="0.2 K / min", near="10 K", timeout="3 h")

COMPARISON = Model(
    "dt = (E_s + iec60584.e('S', zero + d_js) - tc(nominal)) / iec60584.slope('S', nominal)",  # how much too hot it is
    "t = nominal + dt + d_uniform + d_stable",
    "E_n = E_x + d_inhom - iec60584.slope('K', nominal) * (t - nominal) + iec60584.e('K', zero + d_j)",
    "E = (E_n - iec60584.e('K', nominal)) / iec60584.slope('K', nominal)",
    "drift = (last(E_s[:]) - first(E_s[:])) / iec60584.slope('S', nominal)",
    E_s=Corrected("scanner"),
    E_x=Corrected("scanner"),
    tc=Calibration("standard", form="thermocouple S"),
    d_uniform=Characteristic("furnace", "uniformity", zh="均匀性"),
    d_stable=Stability("t_furnace"),
    zero=Constant("0 °C", source=Text("reference junctions of the tables", zh="分度表的参考端")),
    d_j=Characteristic(
        "junction", "temperature", zh="温度"
    ),  # above 0 °C; what it takes away is a voltage, never a temperature
    d_js=Characteristic("junction", "temperature at the standard", zh="标准器参考端温度"),
    d_inhom=Effect(
        "inhomogeneous wires of the thermocouple",
        "10 µV",
        zh="被检热电偶的不均匀性",
        source=Text("experience with base-metal wires, working knowledge", zh="廉金属偶丝的经验，工作经验"),
    ),
)


@METHOD.section("Comparison", zh="比较", points="points.csv", model=COMPARISON)
def comparison(run: Run, standard: MeasuresThermovoltage, units: Units[MeasuresThermovoltage]) -> None:
    """Read standard, units, units backwards, standard: symmetric in time."""
    run.scan(first=("E_s", standard.thermovoltage), then=("E_x", [unit.thermovoltage for unit in units]))


@comparison.before_each("section")
def bundle(run: Run) -> None:
    """Put standard and unit into the middle of the furnace, their reference junctions into ice."""
    run.instruct(
        Text(
            "Bundle the measuring junctions in the middle of the furnace, put the reference junctions into ice.",
            zh="将测量端捆扎并置于检定炉最高均匀温区，参考端插入冰点器。",
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
    within="0.5 K",
    otherwise=REPEAT,
    source="JJF 1637-2017, unconfirmed",
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Are wires, junction and insulators whole, and the polarity marked?",
        zh="热电极、测量端和绝缘管是否完好，极性标志是否清晰？",
    ),
)
METHOD.require(
    "Deviation", zh="允差", of="Comparison", symbol="E", within="mpe", source="IEC 60584-1:2013, unconfirmed"
)
METHOD.table(
    "Comparison",
    zh="比较结果",
    columns=("nominal", "t [°C]", "E_n [mV]", "U(E_n)", "E [K]", "U(E)", "mpe", "verdict"),
    titles={
        "t": Text("Furnace", zh="炉温"),
        "E_n": Text("Voltage at the nominal value", zh="标称温度下热电动势"),
        "E": Text("Deviation", zh="偏差"),
    },
)
