"""Digital multimeter: a calibrator presents voltage, current and resistance, the meter shows them (JJF 1587-2016).

Ranges are taken upwards; the terminals are changed three times. Figures of the specification are from memory and print
as unverified.
"""

from labctl.instruments.capabilities import (
    MeasuresAcCurrent,
    MeasuresAcVoltage,
    MeasuresDcCurrent,
    MeasuresDcVoltage,
    MeasuresFourWireResistance,
    MeasuresTwoWireResistance,
    SourcesAcCurrent,
    SourcesAcVoltage,
    SourcesDcCurrent,
    SourcesDcVoltage,
    SourcesResistance,
)
from labctl.procedure import (
    Applied,
    Auxiliary,
    Characteristic,
    Environment,
    Model,
    Observed,
    Point,
    Procedure,
    Resolution,
    Result,
    Roles,
    Run,
    Standard,
    Steady,
    Text,
    Unit,
)

METHOD = Procedure(
    name="dmm",
    edition="1.0",
    document="JJF 1587-2016",
    document_title=Text("Calibration Specification for Digital Multimeters", zh="数字多用表校准规范"),
    title=Text("Digital multimeter", zh="数字多用表"),
    roles=Roles(
        calibrator=Standard("Calibrator", zh="校准器"),
        leads=Auxiliary("Leads", zh="测试线"),
        unit=Unit("Multimeter", zh="数字多用表"),
    ),
    environment=Environment(temperature="(20 ± 1) °C", humidity="≤ 75 %"),
)
STEADY = Steady(readings=3, within="mpe / 10", timeout="60 s")

ZERO_VOLTAGE = Model("E_0 = V_0 + d_res", V_0=Observed(), d_res=Resolution("unit"))
ZERO_CURRENT = Model("E_0 = I_0 + d_res", I_0=Observed(), d_res=Resolution("unit"))
ZERO_RESISTANCE = Model("E_0 = R_0 + d_res", R_0=Observed(), d_res=Resolution("unit"))
DC_VOLTAGE = Model(
    "E = V_ind + d_res - V_s - d_emf",
    V_ind=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("calibrator"),
    d_emf=Characteristic("leads", "thermal EMF", zh="热电势"),
)
AC_VOLTAGE = Model(
    "E = V_ind + d_res - V_s - d_load",
    V_ind=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("calibrator"),
    d_load=Characteristic("leads", "loading", zh="负载效应"),
)
CURRENT = Model("E = I_ind + d_res - I_s", I_ind=Observed(), d_res=Resolution("unit"), I_s=Applied("calibrator"))
LEADS = Model(
    "R_l = R_0 + d_res - R_z - d_emf",
    R_0=Observed(),
    d_res=Resolution("unit"),
    R_z=Applied("calibrator"),
    d_emf=Characteristic("leads", "thermal EMF over test current", zh="热电势与测试电流之比"),
)
TWO_WIRE = Model(
    "E = R_ind + d_res - R_l - R_s",  # the leads, and the zero of the range, are read at no resistance and taken off
    R_ind=Observed(),
    d_res=Resolution("unit"),
    R_l=Result("Leads, two-wire", "R_l", by="range"),
    R_s=Applied("calibrator"),
)
FOUR_WIRE = Model(
    "E = R_ind + d_res - R_s - d_emf",
    R_ind=Observed(),
    d_res=Resolution("unit"),
    R_s=Applied("calibrator"),
    d_emf=Characteristic("leads", "thermal EMF over test current", zh="热电势与测试电流之比"),
)

# --- voltage ---------------------------------------------------------------------------------------------------------


@METHOD.section("Zero, DC voltage", zh="直流电压零位", points="zero-dc-voltage.csv", model=ZERO_VOLTAGE)
def zero_dc_voltage(run: Run, point: Point, unit: MeasuresDcVoltage) -> None:
    """Read the zero of each range with the input short-circuited."""
    run.settle("V_zero", unit.dc_voltage, STEADY)
    run.observe("V_0", unit.dc_voltage, times=point.readings)


@zero_dc_voltage.before_each("section")
def short(run: Run) -> None:
    """Short-circuit the voltage input."""
    run.instruct(Text("Short-circuit V and COM.", zh="将 V 与 COM 端短路。"), picture="short.svg")


@METHOD.section("DC voltage", zh="直流电压", points="dc-voltage.csv", model=DC_VOLTAGE)
def dc_voltage(run: Run, point: Point, calibrator: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Apply the voltage, let the meter settle, read it."""
    run.apply("V_s", calibrator.source_dc_voltage, point.nominal)
    run.settle("V_settling", unit.dc_voltage, STEADY)
    run.observe("V_ind", unit.dc_voltage, times=point.readings)


@METHOD.section("AC voltage", zh="交流电压", points="ac-voltage.csv", model=AC_VOLTAGE)
def ac_voltage(run: Run, point: Point, calibrator: SourcesAcVoltage, unit: MeasuresAcVoltage) -> None:
    """Apply the voltage at its frequency, let the meter settle, read it."""
    run.apply("V_s", calibrator.source_ac_voltage, point.nominal, point["frequency"])
    run.settle("V_settling", unit.ac_voltage, STEADY)
    run.observe("V_ind", unit.ac_voltage, times=point.readings)


@dc_voltage.before_each("section")
@ac_voltage.before_each("section")
def connect_normal(run: Run) -> None:
    """Connect the terminals of voltage, which are those of two-wire resistance as well."""
    run.instruct(
        Text(
            "Connect calibrator NORMAL to V and COM. Up to 1000 V will be applied.",
            zh="将校准器 NORMAL 端连接到 V 和 COM 端。将施加最高 1000 V 电压。",
        ),
        picture="voltage.svg",
    )


@zero_dc_voltage.before_each("range")
@dc_voltage.before_each("range")
def select_dc_voltage(point: Point, unit: MeasuresDcVoltage) -> None:
    """Select the range."""
    unit.set_dc_voltage_range(point.range)


@ac_voltage.before_each("range")
def select_ac_voltage(point: Point, unit: MeasuresAcVoltage) -> None:
    """Select the range."""
    unit.set_ac_voltage_range(point.range)


# --- resistance with two wires: the same terminals -------------------------------------------------------------------


@METHOD.section("Leads, two-wire", zh="测试线电阻（两线）", points="leads-two-wire.csv", model=LEADS)
def leads_two_wire(run: Run, point: Point, calibrator: SourcesResistance, unit: MeasuresTwoWireResistance) -> None:
    """Read what leads and zero come to while the calibrator presents no resistance."""
    run.apply("R_z", calibrator.source_resistance, point.nominal)
    run.settle("R_settling", unit.two_wire_resistance, STEADY)
    run.observe("R_0", unit.two_wire_resistance, times=point.readings)


@METHOD.section("Resistance, two-wire", zh="电阻（两线）", points="two-wire.csv", model=TWO_WIRE)
def two_wire(run: Run, point: Point, calibrator: SourcesResistance, unit: MeasuresTwoWireResistance) -> None:
    """Apply the resistance, let the meter settle, read it."""
    run.apply("R_s", calibrator.source_resistance, point.nominal)
    run.settle("R_settling", unit.two_wire_resistance, STEADY)
    run.observe("R_ind", unit.two_wire_resistance, times=point.readings)


leads_two_wire.before_each("section")(connect_normal)  # the leads stay where they are
two_wire.before_each("section")(connect_normal)


@leads_two_wire.before_each("range")
@two_wire.before_each("range")
def select_two_wire(point: Point, unit: MeasuresTwoWireResistance) -> None:
    """Select the range."""
    unit.set_two_wire_resistance_range(point.range)


# --- current ---------------------------------------------------------------------------------------------------------


@METHOD.section("Zero, DC current", zh="直流电流零位", points="zero-dc-current.csv", model=ZERO_CURRENT)
def zero_dc_current(run: Run, point: Point, unit: MeasuresDcCurrent) -> None:
    """Read the zero of each range with the input open."""
    run.settle("I_zero", unit.dc_current, STEADY)
    run.observe("I_0", unit.dc_current, times=point.readings)


@zero_dc_current.before_each("section")
def leave_open(run: Run) -> None:
    """Leave the current input open."""
    run.instruct(
        Text("Take the leads off, leave all terminals open.", zh="拆下测试线，所有端子开路。"), picture="open.svg"
    )


@METHOD.section("DC current", zh="直流电流", points="dc-current.csv", model=CURRENT)
def dc_current(run: Run, point: Point, calibrator: SourcesDcCurrent, unit: MeasuresDcCurrent) -> None:
    """Apply the current, let the meter settle, read it."""
    run.apply("I_s", calibrator.source_dc_current, point.nominal)
    run.settle("I_settling", unit.dc_current, STEADY)
    run.observe("I_ind", unit.dc_current, times=point.readings)


@zero_dc_current.before_each("range")
@dc_current.before_each("range")
def select_dc_current(point: Point, unit: MeasuresDcCurrent) -> None:
    """Select the range."""
    unit.set_dc_current_range(point.range)


@METHOD.section("AC current", zh="交流电流", points="ac-current.csv", model=CURRENT)
def ac_current(run: Run, point: Point, calibrator: SourcesAcCurrent, unit: MeasuresAcCurrent) -> None:
    """Apply the current at its frequency, let the meter settle, read it."""
    run.apply("I_s", calibrator.source_ac_current, point.nominal, point["frequency"])
    run.settle("I_settling", unit.ac_current, STEADY)
    run.observe("I_ind", unit.ac_current, times=point.readings)


@dc_current.before_each("section")
@ac_current.before_each("section")
def connect_current(run: Run) -> None:
    """Connect the current terminals."""
    run.instruct(
        Text("Connect calibrator AUX to I and COM of the meter.", zh="将校准器 AUX 端连接到 I 和 COM 端。"),
        picture="current.svg",
    )


@ac_current.before_each("range")
def select_ac_current(point: Point, unit: MeasuresAcCurrent) -> None:
    """Select the range."""
    unit.set_ac_current_range(point.range)


# --- resistance with four wires --------------------------------------------------------------------------------------


@METHOD.section("Zero, four-wire", zh="四线电阻零位", points="zero-four-wire.csv", model=ZERO_RESISTANCE)
def zero_four_wire(run: Run, point: Point, unit: MeasuresFourWireResistance) -> None:
    """Read the zero of each range with all four terminals short-circuited."""
    run.settle("R_zero", unit.four_wire_resistance, STEADY)
    run.observe("R_0", unit.four_wire_resistance, times=point.readings)


@zero_four_wire.before_each("section")
def short_four_wire(run: Run) -> None:
    """Short-circuit all four terminals."""
    run.instruct(
        Text(
            "Short-circuit input HI, LO and sense HI, LO, the sense terminals inside.",
            zh="将输入 HI、LO 与取样 HI、LO 四端短路，取样端在内侧。",
        ),
        picture="short-four-wire.svg",
    )


@METHOD.section("Resistance, four-wire", zh="电阻（四线）", points="four-wire.csv", model=FOUR_WIRE)
def four_wire(run: Run, point: Point, calibrator: SourcesResistance, unit: MeasuresFourWireResistance) -> None:
    """Apply the resistance, let the meter settle, read it."""
    run.apply("R_s", calibrator.source_resistance, point.nominal)
    run.settle("R_settling", unit.four_wire_resistance, STEADY)
    run.observe("R_ind", unit.four_wire_resistance, times=point.readings)


@four_wire.before_each("section")
def connect_four_wire(run: Run) -> None:
    """Connect all four terminals."""
    run.instruct(
        Text(
            "Connect calibrator NORMAL to input HI, LO and AUX to sense HI, LO.",
            zh="将校准器 NORMAL 端连接到输入 HI、LO，AUX 端连接到取样 HI、LO。",
        ),
        picture="four-wire.svg",
    )


@dc_voltage.before_each("cooling")
@leads_two_wire.before_each("cooling")
@two_wire.before_each("cooling")
@four_wire.before_each("cooling")
def cool(run: Run, point: Point) -> None:
    """Wait until the connection has lost the warmth of the hand, and its thermal EMF."""
    run.wait(point["cooling"])


@zero_four_wire.before_each("range")
@four_wire.before_each("range")
def select_four_wire(point: Point, unit: MeasuresFourWireResistance) -> None:
    """Select the range."""
    unit.set_four_wire_resistance_range(point.range)


# --- what is judged and printed --------------------------------------------------------------------------------------

METHOD.inspection(
    "Appearance",
    zh="外观及工作正常性",
    question=Text(
        "Is the meter whole and clean, and do display, keys and terminals work?",
        zh="仪表外观是否完好清洁，显示、按键、端子是否正常？",
    ),
    source="JJF 1587-2016, unconfirmed",
)
METHOD.require("Zero error, DC voltage", zh="直流电压零位误差", of="Zero, DC voltage", symbol="E_0", within="mpe")
METHOD.require("Error, DC voltage", zh="直流电压示值误差", of="DC voltage", symbol="E", within="mpe")
METHOD.require("Error, AC voltage", zh="交流电压示值误差", of="AC voltage", symbol="E", within="mpe")
METHOD.require("Error, two-wire resistance", zh="两线电阻示值误差", of="Resistance, two-wire", symbol="E", within="mpe")
METHOD.require("Zero error, DC current", zh="直流电流零位误差", of="Zero, DC current", symbol="E_0", within="mpe")
METHOD.require("Error, DC current", zh="直流电流示值误差", of="DC current", symbol="E", within="mpe")
METHOD.require("Error, AC current", zh="交流电流示值误差", of="AC current", symbol="E", within="mpe")
METHOD.require("Zero error, four-wire", zh="四线电阻零位误差", of="Zero, four-wire", symbol="E_0", within="mpe")
METHOD.require(
    "Error, four-wire resistance", zh="四线电阻示值误差", of="Resistance, four-wire", symbol="E", within="mpe"
)

_JUDGED = ("E", "U(E)", "mpe", "verdict")
_ZERO = ("range", "E_0", "U(E_0)", "mpe", "verdict")
_FREQUENCY = {"frequency": Text("Frequency", zh="频率")}
METHOD.table("Zero, DC voltage", zh="直流电压零位", columns=_ZERO)
METHOD.table("DC voltage", zh="直流电压", columns=("range", "nominal", "V_ind", *_JUDGED))
METHOD.table(
    "AC voltage",
    zh="交流电压",
    columns=("range", "nominal", "frequency", "V_ind", *_JUDGED),
    titles=_FREQUENCY,
)
METHOD.table(
    "Leads, two-wire",
    zh="测试线电阻（两线）",
    columns=("range", "R_l", "U(R_l)"),
    titles={"R_l": Text("Leads with zero", zh="测试线及零位")},
)
METHOD.table("Resistance, two-wire", zh="电阻（两线）", columns=("range", "nominal", "R_ind", *_JUDGED))
METHOD.table("Zero, DC current", zh="直流电流零位", columns=_ZERO)
METHOD.table("DC current", zh="直流电流", columns=("range", "nominal", "I_ind", *_JUDGED))
METHOD.table(
    "AC current",
    zh="交流电流",
    columns=("range", "nominal", "frequency", "I_ind", *_JUDGED),
    titles=_FREQUENCY,
)
METHOD.table("Zero, four-wire", zh="四线电阻零位", columns=_ZERO)
METHOD.table("Resistance, four-wire", zh="电阻（四线）", columns=("range", "nominal", "R_ind", *_JUDGED))
