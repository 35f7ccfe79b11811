"""Multifunction calibrator: a reference multimeter reads what it presents, 10 V by transfer from a reference.

Follows JJF 1638-2017: the error is the nominal value less the one that is there. Figures of the specification are from
memory and print as unverified.
"""

from labctl.instruments.capabilities import (
    MeasuresAcCurrent,
    MeasuresAcVoltage,
    MeasuresDcCurrent,
    MeasuresDcVoltage,
    MeasuresFourWireResistance,
    SourcesAcCurrent,
    SourcesAcVoltage,
    SourcesDcCurrent,
    SourcesDcVoltage,
    SourcesResistance,
)
from labctl.procedure import (
    REPEAT,
    Applied,
    Auxiliary,
    Characteristic,
    Corrected,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
)

METHOD = Procedure(
    name="calibrator",
    edition="1.0",
    document="JJF 1638-2017",
    document_title=Text("Calibration Specification for Multifunction Calibrators", zh="多功能标准源校准规范"),
    title=Text("Multifunction calibrator", zh="多功能标准源"),
    roles=Roles(
        transfer=Standard("Reference multimeter", zh="参考多用表"),
        zener=Standard("Voltage reference, 10 V", zh="10 V 电压基准"),
        leads=Auxiliary("Leads", zh="测试线"),
        unit=Unit("Calibrator", zh="多功能标准源"),
    ),
    environment=Environment(temperature="(20 ± 1) °C", humidity="20 % to 70 %"),
)
STEADY = Steady(readings=3, within="mpe / 10", timeout="60 s")

TRANSFER = Model(
    "E = V_n - (V_z + d_temp + V_x - (V_1 + V_2) / 2 + d_lin + d_emf)",
    "drift = V_2 - V_1",
    V_n=Applied("unit"),
    V_z=Applied("zener", "DC voltage", at="nominal"),
    d_temp=Characteristic("zener", "temperature", zh="温度"),
    V_1=Observed(),  # the meter's gain is the same for all three, so that its record does not enter
    V_x=Observed(),
    V_2=Observed(),
    d_lin=Characteristic("transfer", "linearity in transfer", zh="传递线性"),
    d_emf=Characteristic("leads", "thermal EMF", zh="热电势"),
)
DC_VOLTAGE = Model(
    "E = V_n - (V_r - d_emf)",
    V_n=Applied("unit"),
    V_r=Corrected("transfer"),
    d_emf=Characteristic("leads", "thermal EMF", zh="热电势"),
)
AC_VOLTAGE = Model(
    "E = V_n - (V_r - d_load)",
    V_n=Applied("unit"),
    V_r=Corrected("transfer"),
    d_load=Characteristic("leads", "loading", zh="负载效应"),
)
CURRENT = Model("E = I_n - I_r", I_n=Applied("unit"), I_r=Corrected("transfer"))
RESISTANCE = Model(
    "E = R_n - (R_r - d_lead)",
    R_n=Applied("unit"),
    R_r=Corrected("transfer"),
    d_lead=Characteristic("leads", "four-wire residue", zh="四线残余电阻"),
)

# --- by transfer -----------------------------------------------------------------------------------------------------


@METHOD.section("DC voltage, by transfer", zh="直流电压（传递法）", points="transfer.csv", model=TRANSFER)
def by_transfer(run: Run, point: Point, transfer: MeasuresDcVoltage, unit: SourcesDcVoltage) -> None:
    """Read the reference, the calibrator, the reference again, on one range: what drifts evenly drops out."""
    transfer.set_dc_voltage_range(point["meter"])
    run.instruct(_REFERENCE, picture="zener-to-transfer.svg")
    run.wait(point["cooling"])
    run.observe("V_1", transfer.dc_voltage, times=point.readings)
    run.instruct(_CALIBRATOR, picture="calibrator-voltage.svg")
    run.apply("V_n", unit.source_dc_voltage, point.nominal)
    run.wait(point["cooling"])
    run.observe("V_x", transfer.dc_voltage, times=point.readings)
    run.instruct(_REFERENCE, picture="zener-to-transfer.svg")
    run.wait(point["cooling"])
    run.observe("V_2", transfer.dc_voltage, times=point.readings)


_REFERENCE = Text(
    "Connect the 10 V reference to input HI and LO of the reference meter.",
    zh="将 10 V 电压基准连接到参考多用表的输入 HI、LO 端。",
)
_CALIBRATOR = Text(
    "Connect calibrator NORMAL to input HI and LO of the reference meter.",
    zh="将标准源 NORMAL 端连接到参考多用表的输入 HI、LO 端。",
)

# --- direct ----------------------------------------------------------------------------------------------------------


@METHOD.section("DC voltage", zh="直流电压", points="dc-voltage.csv", model=DC_VOLTAGE)
def dc_voltage(run: Run, point: Point, transfer: MeasuresDcVoltage, unit: SourcesDcVoltage) -> None:
    """Present the voltage, let the meter settle, read it."""
    run.apply("V_n", unit.source_dc_voltage, point.nominal)
    run.settle("V_settling", transfer.dc_voltage, STEADY)
    run.observe("V_r", transfer.dc_voltage, times=point.readings)


@METHOD.section("AC voltage", zh="交流电压", points="ac-voltage.csv", model=AC_VOLTAGE)
def ac_voltage(run: Run, point: Point, transfer: MeasuresAcVoltage, unit: SourcesAcVoltage) -> None:
    """Present the voltage at its frequency, let the meter settle, read it."""
    run.apply("V_n", unit.source_ac_voltage, point.nominal, point["frequency"])
    run.settle("V_settling", transfer.ac_voltage, STEADY)
    run.observe("V_r", transfer.ac_voltage, times=point.readings)


@METHOD.section("DC current", zh="直流电流", points="dc-current.csv", model=CURRENT)
def dc_current(run: Run, point: Point, transfer: MeasuresDcCurrent, unit: SourcesDcCurrent) -> None:
    """Present the current, let the meter settle, read it."""
    run.apply("I_n", unit.source_dc_current, point.nominal)
    run.settle("I_settling", transfer.dc_current, STEADY)
    run.observe("I_r", transfer.dc_current, times=point.readings)


@METHOD.section("AC current", zh="交流电流", points="ac-current.csv", model=CURRENT)
def ac_current(run: Run, point: Point, transfer: MeasuresAcCurrent, unit: SourcesAcCurrent) -> None:
    """Present the current at its frequency, let the meter settle, read it."""
    run.apply("I_n", unit.source_ac_current, point.nominal, point["frequency"])
    run.settle("I_settling", transfer.ac_current, STEADY)
    run.observe("I_r", transfer.ac_current, times=point.readings)


@METHOD.section("Resistance", zh="电阻", points="resistance.csv", model=RESISTANCE)
def resistance(run: Run, point: Point, transfer: MeasuresFourWireResistance, unit: SourcesResistance) -> None:
    """Present the resistance, let the meter settle, read it with four wires."""
    run.apply("R_n", unit.source_resistance, point.nominal)
    run.settle("R_settling", transfer.four_wire_resistance, STEADY)
    run.observe("R_r", transfer.four_wire_resistance, times=point.readings)


@dc_voltage.before_each("section")
@ac_voltage.before_each("section")
def connect_voltage(run: Run) -> None:
    """Have the voltage terminals connected."""
    run.instruct(
        Text(
            "Connect calibrator NORMAL to input HI and LO of the reference meter. Up to 1000 V will be applied.",
            zh="将标准源 NORMAL 端连接到参考多用表的输入 HI、LO 端。将施加最高 1000 V 电压。",
        ),
        picture="calibrator-voltage.svg",
    )


@dc_current.before_each("section")
@ac_current.before_each("section")
def connect_current(run: Run) -> None:
    """Have the current terminals connected."""
    run.instruct(
        Text(
            "Connect calibrator AUX to the current terminals of the reference meter.",
            zh="将标准源 AUX 端连接到参考多用表的电流端。",
        ),
        picture="calibrator-current.svg",
    )


@resistance.before_each("section")
def connect_four_wire(run: Run) -> None:
    """Connect all four terminals."""
    run.instruct(
        Text(
            "Connect calibrator NORMAL to input HI, LO and AUX to sense HI, LO of the reference meter.",
            zh="将标准源 NORMAL 端连接到参考多用表的输入 HI、LO，AUX 端连接到取样 HI、LO。",
        ),
        picture="calibrator-four-wire.svg",
    )


@dc_voltage.before_each("cooling")
@resistance.before_each("cooling")
def cool(run: Run, point: Point) -> None:
    """Wait until the connection has lost the warmth of the hand, and its thermal EMF."""
    run.wait(point["cooling"])


@dc_voltage.before_each("meter")
def select_dc_voltage(point: Point, transfer: MeasuresDcVoltage) -> None:
    """Select the range of the reference meter."""
    transfer.set_dc_voltage_range(point["meter"])


@ac_voltage.before_each("meter")
def select_ac_voltage(point: Point, transfer: MeasuresAcVoltage) -> None:
    """Select the range of the reference meter."""
    transfer.set_ac_voltage_range(point["meter"])


@dc_current.before_each("meter")
def select_dc_current(point: Point, transfer: MeasuresDcCurrent) -> None:
    """Select the range of the reference meter."""
    transfer.set_dc_current_range(point["meter"])


@ac_current.before_each("meter")
def select_ac_current(point: Point, transfer: MeasuresAcCurrent) -> None:
    """Select the range of the reference meter."""
    transfer.set_ac_current_range(point["meter"])


@resistance.before_each("meter")
def select_resistance(point: Point, transfer: MeasuresFourWireResistance) -> None:
    """Select the range of the reference meter."""
    transfer.set_four_wire_resistance_range(point["meter"])


# --- what is judged and printed --------------------------------------------------------------------------------------

METHOD.inspection(
    "Appearance",
    zh="外观及工作正常性",
    question=Text(
        "Is the calibrator whole and clean, and do display, keys and terminals work?",
        zh="标准源外观是否完好清洁，显示、按键、端子是否正常？",
    ),
    source="JJF 1638-2017, unconfirmed",
)
METHOD.check(
    "Meter steady during the transfer",
    zh="传递期间表的稳定性",
    of="DC voltage, by transfer",
    symbol="drift",
    each="repetition",
    within="0.2 ppm * nominal",
    otherwise=REPEAT,
    source=Text(
        "twice the linearity in transfer of an 8½-digit meter, unconfirmed", zh="8½ 位表传递线性的两倍，未经核实"
    ),
)
METHOD.require("Error, by transfer", zh="示值误差（传递法）", of="DC voltage, by transfer", symbol="E", within="mpe")
METHOD.require("Error, DC voltage", zh="直流电压示值误差", of="DC voltage", symbol="E", within="mpe")
METHOD.require("Error, AC voltage", zh="交流电压示值误差", of="AC voltage", symbol="E", within="mpe")
METHOD.require("Error, DC current", zh="直流电流示值误差", of="DC current", symbol="E", within="mpe")
METHOD.require("Error, AC current", zh="交流电流示值误差", of="AC current", symbol="E", within="mpe")
METHOD.require("Error, resistance", zh="电阻示值误差", of="Resistance", symbol="E", within="mpe")

_JUDGED = ("E", "U(E)", "mpe", "verdict")
_FREQUENCY = {"frequency": Text("Frequency", zh="频率")}
METHOD.table("DC voltage, by transfer", zh="直流电压（传递法）", columns=("range", "nominal", *_JUDGED))
METHOD.table("DC voltage", zh="直流电压", columns=("range", "nominal", "V_r", *_JUDGED))
METHOD.table("AC voltage", zh="交流电压", columns=("range", "nominal", "frequency", "V_r", *_JUDGED), titles=_FREQUENCY)
METHOD.table("DC current", zh="直流电流", columns=("range", "nominal", "I_r", *_JUDGED))
METHOD.table("AC current", zh="交流电流", columns=("range", "nominal", "frequency", "I_r", *_JUDGED), titles=_FREQUENCY)
METHOD.table("Resistance", zh="电阻", columns=("range", "nominal", "R_r", *_JUDGED))
