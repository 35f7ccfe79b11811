"""Digital thermometer with a thermistor probe, by comparison in a bath (JJF 1379-2012).

Figures of the specification are from memory and print as unverified.
"""

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature
from labctl.procedure import (
    REPEAT,
    Auxiliary,
    Characteristic,
    Corrected,
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
    name="digital-thermometer",
    edition="1.0",
    document="JJF 1379-2012",
    document_title=Text("Calibration specification for thermistor thermometers", zh="热敏电阻测温仪校准规范"),
    title=Text("Digital thermometer", zh="数字温度计"),
    roles=Roles(
        reference=Standard("Reference thermometer", zh="标准温度计"),
        bath=Auxiliary("Comparison bath", zh="恒温槽"),
        unit=Unit("Digital thermometer", zh="数字温度计", up_to=10),
    ),
    environment=Environment(temperature="(20 ± 5) °C", humidity="≤ 85 %"),
)
SOAKED = Steady(during="10 min", every="30 s", within="20 mK", near="0.2 K", timeout="3 h")

ERROR = Model(
    "t = t_s + d_uniform + d_stable",
    "E = t_ind + d_res - t",
    "drift = last(t_s[:]) - first(t_s[:])",
    t_ind=Observed(),
    d_res=Resolution("unit"),
    t_s=Corrected("reference"),
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
    d_stable=Stability("t_bath"),
)


@METHOD.section("Indication", zh="示值", points="points.csv", model=ERROR)
def indication(run: Run, reference: MeasuresTemperature, units: Units[MeasuresTemperature]) -> None:
    """Read reference, displays, displays backwards, reference: symmetric in time."""
    run.scan(first=("t_s", reference.temperature), then=("t_ind", [unit.temperature for unit in units]))


@indication.before_each("section")
def immerse(run: Run) -> None:
    """Put reference and probe side by side into the bath."""
    run.instruct(
        Text("Put reference and probes side by side into the bath.", zh="将标准器与被校探头并排插入恒温槽。"),
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
    source=Text("practice of the laboratory, unconfirmed", zh="实验室惯例，未经核实"),
)
METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Are probe, cable and display whole, and all segments lit?", zh="探头、电缆和显示器是否完好，显示有无缺划？"
    ),
)
METHOD.require("Error of indication", zh="示值误差", of="Indication", symbol="E", within="mpe")
METHOD.table(
    "Indication",
    zh="示值",
    columns=("nominal", "t [°C]", "t_ind", "E [K]", "U(E)", "mpe", "verdict"),
    titles={"t": Text("Reference", zh="标准温度"), "E": Text("Error", zh="示值误差")},
)
