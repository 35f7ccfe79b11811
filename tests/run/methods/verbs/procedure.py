"""Every verb once, in one section without sense."""

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import Applied, Model, Observed, Point, Procedure, Resolution, Roles, Run, Standard, Text, Unit

METHOD = Procedure(
    name="verbs",
    edition="1.0",
    document="none",
    title=Text("Every verb", zh="全部动词"),
    roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
)
ERROR = Model(
    "E = V_ind + d_res - V_s",
    "D = V_then + d_res - V_first",
    V_ind=Observed(),
    V_first=Observed(),
    V_then=Observed(),
    d_res=Resolution("unit"),
    V_s=Applied("source"),
)


@METHOD.section("DC voltage", zh="直流电压", points="points.csv", model=ERROR)
def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
    """Do everything once."""
    run.instruct(Text("Connect calibrator NORMAL to V and COM.", zh="连接校准器。"))
    unit.set_dc_voltage_range(point.range)
    run.apply("V_s", source.source_dc_voltage, point.nominal)
    run.observe("V_ind", unit.dc_voltage, times=point.readings, every=point["every"])
    with run.record("V_trace", unit.dc_voltage, every=point["interval"]):
        run.wait(point["recording"])
    run.scan(first=("V_first", unit.dc_voltage), then=("V_then", [unit.dc_voltage, unit.dc_voltage]))
    asked: list[bool] = []

    def often_enough() -> bool:
        asked.append(True)
        return len(asked) == 3

    run.wait_until(often_enough, timeout=point["patience"])
    dial = run.ask(Text("What does the dial say?", zh="表盘示值？"), unit="V")
    colour = run.ask(Text("Which lamp?", zh="哪个灯？"), choices=(Text("red", zh="红"), Text("green", zh="绿")))
    label = run.ask(Text("Scan the label.", zh="扫描标签。"), barcode=True)
    run.note(Text(f"{dial}, {colour}, {label}", zh=f"{dial},{colour},{label}"))
    run.attach("points.csv")
    match point.text("ending"):
        case "reject" if len(asked) == 3 and next(_rejections, False):
            run.reject("once")
        case "stop":
            run.stop("enough")
        case "late":
            run.wait_until(lambda: False, timeout=point["patience"])
        case _:
            pass


_rejections = iter((True,))
