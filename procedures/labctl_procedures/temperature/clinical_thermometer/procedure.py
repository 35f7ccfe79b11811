"""Clinical electronic thermometer, in a water bath (JJG 1162-2019).

It holds the highest it has seen since it was switched on, so it is switched on in a bath that is steady already.
Figures of the regulation are from memory and print as unverified.
"""

from typing import Protocol

from labctl.instruments.capabilities import ControlsTemperature, MeasuresTemperature, StartsMeasurement
from labctl.procedure import (
    POOLED,
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


class ClinicalThermometer(MeasuresTemperature, StartsMeasurement, Protocol):
    """A thermometer that is switched on, held in the bath, and read."""


METHOD = Procedure(
    name="clinical-thermometer",
    edition="1.0",
    document="JJG 1162-2019",
    interval="12 months",
    document_title=Text("Verification regulation of clinical electronic thermometers", zh="医用电子体温计检定规程"),
    title=Text("Clinical electronic thermometer", zh="医用电子体温计"),
    roles=Roles(
        reference=Standard("Reference thermometer", zh="标准温度计"),
        bath=Auxiliary("Water bath", zh="恒温水槽"),
        unit=Unit("Clinical thermometer", zh="体温计", up_to=20),
    ),
    environment=Environment(temperature="(23 ± 5) °C", humidity="≤ 85 %"),
)
SOAKED = Steady(during="10 min", every="30 s", within="20 mK", near="0.1 K", timeout="2 h")

ERROR = Model(
    "t = max(t_s[:]) + d_uniform + d_stable",  # as it holds its highest, so does the reference
    "E = t_ind + d_res - t",
    t_ind=Observed(),
    d_res=Resolution("unit"),
    t_s=Corrected("reference"),
    d_uniform=Characteristic("bath", "uniformity", zh="均匀性"),
    d_stable=Stability("t_s"),
)


@METHOD.section("Indication", zh="示值", points="points.csv", model=ERROR, repeatability=POOLED)
def indication(run: Run, point: Point, reference: MeasuresTemperature, units: Units[ClinicalThermometer]) -> None:
    """Switch the batch on, record the bath for as long as it is immersed, then read every display."""
    for unit in units:
        unit.start_measurement()
    with run.record("t_s", reference.temperature, every="10 s"):
        run.wait(point["immersion"])
    run.observe("t_ind", [unit.temperature for unit in units])


@indication.before_each("section")
def immerse(run: Run) -> None:
    """Put the thermometers round the reference into the bath, to their marks."""
    run.instruct(
        Text(
            "Put the thermometers round the reference into the bath, immersed to their marks.",
            zh="将体温计围绕标准器插入恒温水槽，浸没至标志处。",
        ),
        picture="batch.svg",
    )


@indication.before_each("nominal")
def soak(run: Run, point: Point, reference: MeasuresTemperature, bath: ControlsTemperature) -> None:
    """Bring the bath to its temperature and let it become steady."""
    bath.set_temperature(point.nominal)
    run.settle("t_bath", reference.temperature, SOAKED)


METHOD.inspection(
    "Appearance",
    zh="外观",
    question=Text(
        "Is it whole and clean, and are all segments of the display lit?", zh="外观是否完好清洁，显示有无缺划？"
    ),
)
METHOD.require(
    "Error of indication", zh="示值误差", of="Indication", symbol="E", within="mpe", source="GB/T 21416, unconfirmed"
)
METHOD.table(
    "Indication",
    zh="示值",
    columns=("nominal", "t [°C]", "t_ind", "E [K]", "U(E)", "mpe", "verdict"),
    titles={"t": Text("Reference", zh="标准温度"), "E": Text("Error", zh="示值误差")},
)
