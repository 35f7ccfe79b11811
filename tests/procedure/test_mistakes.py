"""What a metrologist gets wrong, one deliberate change at a time, each caught with its code in both languages."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.errors import ProcedureError
from labctl.language import Language
from labctl.procedure.check import Finding, check
from labctl.procedure.load import load_folder

METHODS = Path(__file__).parent / "methods"
BASES = {
    "bath": Path(__file__).parents[2] / "procedures/labctl_procedures/temperature/digital_thermometer",
    "dmm": Path(__file__).parents[2] / "procedures/labctl_procedures/electrical/dmm_dc_voltage",
    "pm": METHODS / "particulate",
    "flow": Path(__file__).parents[2] / "procedures/labctl_procedures/flow/turbine_gravimetric",
    "between": METHODS / "between",
    "computed": METHODS / "computed",
}
PROCEDURE = "procedure.py"
READ = '    run.observe("V_ind", unit.dc_voltage, times=point.readings)'

# name: base, code, file, before, after, words
MISTAKES: dict[str, tuple[str, str, str, str, str, str]] = {
    # --- several units
    "all units where the method takes one": (
        "bath",
        "LP217",
        PROCEDURE,
        ", up_to=10)",
        ")",
        "all units are asked for, and the method takes one",
    ),
    "all of a role that is not the unit": (
        "bath",
        "LP217",
        PROCEDURE,
        "reference: MeasuresTemperature, units",
        "reference: Units[MeasuresTemperature], units",
        "reference is not the unit under test",
    ),
    "an adjustment of several units": (
        "dmm",
        "LP218",
        PROCEDURE,
        'unit=Unit("Multimeter", zh="数字多用表")',
        'unit=Unit("Multimeter", zh="数字多用表", up_to=2)',
        "an adjustment in a method for several units",
    ),
    # --- results of other sections
    "a result of an unknown section, the nearest suggested": (
        "pm",
        "LP109",
        PROCEDURE,
        'm_l=Result("Loaded filters", "m", by="filter"),\n    m_b',
        'm_l=Result("Loaded filter", "m", by="filter"),\n    m_b',
        "Did you mean 'Loaded filters'?",
    ),
    "a result that the section does not have": (
        "pm",
        "LP110",
        PROCEDURE,
        'm_b=Result("Blank", "m_b")',
        'm_b=Result("Blank", "m")',
        "Blank has no result m",
    ),
    "a section that needs its own result": (
        "pm",
        "LP111",
        PROCEDURE,
        'd_t=Result("Temperature", "d_t")',
        'd_t=Result("Temperature again", "shift")',
        "Temperature again → Temperature again",
    ),
    "results in a circle, with the way": (
        "pm",
        "LP111",
        PROCEDURE,
        'E_n = mean(E[:])", E=Result("Concentration", "E")',
        'E_n = mean(E[:])", E=Result("Worst", "E_w")',
        "Level → Worst → Level",
    ),
    "a result by a column that these points lack": (
        "pm",
        "LP114",
        PROCEDURE,
        'm_u=Result("Clean filters", "m", by="filter"),\n    m_l=Result("Loaded filters", "m", by="filter"),\n    m_b',
        'm_u=Result("Clean filters", "m"),\n    m_l=Result("Loaded filters", "m", by="filter"),\n    m_b',
        "no column nominal to choose by",
    ),
    "a point whose partner was never weighed": (
        "pm",
        "LP114",
        "points.csv",
        "150, down, F4",
        "150, down, F5",
        "0 results of Clean filters have filter = F5",
    ),
    "a point with two partners": (
        "pm",
        "LP114",
        "filters.csv",
        "F2, sample, 2",
        "F1, spare, 2",
        "2 results of Clean filters have filter = F1",
    ),
    "vectors that pair by a column they do not have": (
        "pm",
        "LP114",
        PROCEDURE,
        'm_u=Result("Clean filters", "m", by="filter"),\n)',
        'm_u=Result("Clean filters", "m"),\n)',
        "to pair by",
    ),
    "vectors of which one element has no partner": (
        "pm",
        "LP114",
        "points.csv",
        "150, down, F4",
        "200, down, F4",
        "do not pair",
    ),
    "vectors of which one element pairs twice": (
        "pm",
        "LP114",
        "points.csv",
        "150, up, F2",
        "50, up, F2",
        "pairs twice",
    ),
    "a selection by a column that the points lack": (
        "pm",
        "LP115",
        PROCEDURE,
        "m_l[kind == 'blank']",
        "m_l[sort == 'blank']",
        "selects by sort",
    ),
    "a point beyond the ends between which a result is taken": (
        "between",
        "LP130",
        "points.csv",
        "\n2, 4",
        "\n6, 4",
        "nominal = 6 V lies outside 1 V … 5 V",
    ),
    "two results at one value along which one is taken": (
        "between",
        "LP130",
        "correction.csv",
        "\n5, 4",
        "\n5, 4\n5, 8",
        "two results have one value of nominal",
    ),
    "all of a result and one between": (
        "between",
        "LP130",
        PROCEDURE,
        "+ c - V_s",
        "+ mean(c[:]) - V_s",
        "c[:] is all results",
    ),
    "a result along a column that the points lack": (
        "between",
        "LP115",
        PROCEDURE,
        'at="nominal"',
        'at="flow"',
        "has no column flow",
    ),
    "an earlier result of the unit that is to stand in": (
        "between",
        "LP420",
        PROCEDURE,
        "model=CORRECTION)",
        'model=CORRECTION, valid_for="90 d")',
        "it measures the unit",
    ),
    "a time that is none": (
        "between",
        "LP420",
        PROCEDURE,
        "model=CORRECTION)",
        'model=CORRECTION, valid_for="soon")',
        "valid_for='soon' is no time",
    ),
    "a plan of a section that there is not": (
        "between",
        "LP310",
        PROCEDURE,
        'METHOD.require("Error"',
        'METHOD.plan("Correct")(lambda _unit, rows: rows)\nMETHOD.require("Error"',
        "Did you mean 'Corrected'?",
    ),
    # --- functions of arrays
    "a function of one number where arrays come": (
        "computed",
        "LP131",
        PROCEDURE,
        "return np.where(v > 0, v * (1 - 1e-7 * v), v)",
        "return v * (1 - 1e-7 * v) if v > 0 else v",
        "ValueError",
    ),
    "a function that remembers": (
        "computed",
        "LP131",
        PROCEDURE,
        "def loaded(v: Floats) -> Floats:",
        "def loaded(v: Floats, seen: list[int] = []) -> Floats:\n    seen.append(1)\n    v = v + len(seen)",
        "it gives other values",
    ),
    "a function that nothing calls": (
        "computed",
        "LP102",
        PROCEDURE,
        "- left(V_s)",
        "- V_s",
        "no equation uses left",
    ),
    "a function that is given another kind of quantity": (
        "computed",
        "LP103",
        PROCEDURE,
        "- left(V_s)",
        "- left(V_s * V_s)",
        "left in 'left(V_s * V_s)'",
    ),
    "a table where a formula would be exact": (
        "computed",
        "LP132",
        PROCEDURE,
        "v * (1 - 1e-7 * v), v)",
        "np.interp(v, [0.0, 1.0], [0.0, 1.0]), v)",
        "derivatives of left are differences",
    ),
    # --- pairs again
    "a reduction by a column that the points lack": (
        "pm",
        "LP115",
        PROCEDURE,
        'each="nominal"',
        'each="level"',
        "each='level'",
    ),
    "a reduction that reads": (
        "pm",
        "LP126",
        PROCEDURE,
        'E_n=Result("Level", "E_n")',
        "E_n=Observed()",
        "a reduction has no function",
    ),
    "all of what is one value": (
        "pm",
        "LP121",
        PROCEDURE,
        "air_density(t_air, p_air",
        "air_density(mean(t_air[:]), p_air",
        "t_air[:] has no level below",
    ),
    "the scatter of points that are measured once": (
        "pm",
        "LP121",
        "filters.csv",
        ", 2\n",
        ", 1\n",
        "m[:] has no level below",
    ),
    # --- budget
    "a standard's accuracy counted beside its value": (
        "dmm",
        "LP112",
        PROCEDURE,
        'Characteristic("leads", "thermal EMF", zh="热电势")',
        'Characteristic("source", "accuracy")',
        "counts source twice",
    ),
    "a standard's drift typed in beside its value": (
        "pm",
        "LP112",
        PROCEDURE,
        'Characteristic("chamber", "uniformity", zh="均匀性")',
        'Effect("drift of the flowmeter", "2 µg/m³", zh="流量计漂移", source="own experience")',
        "counts flowmeter twice",
    ),
    "half a digit of a standard that shows none": (
        "dmm",
        "LP112",
        PROCEDURE,
        'Characteristic("leads", "thermal EMF", zh="热电势")',
        'Resolution("source")',
        "counts source twice",
    ),
    "one characteristic under two symbols": (
        "pm",
        "LP113",
        PROCEDURE,
        'd_stable=Stability("C_chamber")',
        'd_stable=Characteristic("chamber", "uniformity")',
        "are one characteristic",
    ),
    "an effect typed in without a source": (
        "pm",
        "LP122",
        PROCEDURE,
        '"0.2 %", zh="滤膜夹泄漏", source="made up"',
        '"0.2 %", zh="滤膜夹泄漏"',
        "typed in without a source",
    ),
    "a constant with an uncertainty from nowhere": (
        "pm",
        "LP122",
        PROCEDURE,
        'half_width="50 kg/m³", source="made up"',
        'half_width="50 kg/m³"',
        "'50 kg/m³' is typed in",
    ),
    "one effect with two figures": (
        "pm",
        "LP123",
        PROCEDURE,
        '"m = W + d_hum", W=Corrected("balance"), d_hum=Characteristic("room", "filter conditioning", zh="滤膜平衡")',
        '"m = W * (1 + d_leak)", W=Corrected("balance"), d_leak=Effect("leak", "1 %", zh="漏", source="own")',
        "declared with another figure",
    ),
    "one effect with two scopes": (
        "pm",
        "LP123",
        PROCEDURE,
        '"m = W + d_hum", W=Corrected("balance"), d_hum=Characteristic("room", "filter conditioning", zh="滤膜平衡")',
        (
            '"m = W * (1 + d_leak)", W=Corrected("balance"), d_leak=Effect("sampler leak", "0.2 %", zh="滤膜夹泄漏", '
            'source="made up", scope=__import__("labctl.procedure").procedure.RUN)'
        ),
        "another figure or scope",
    ),
    "an effect of a certificate that there is not": (
        "dmm",
        "LP134",
        PROCEDURE,
        '"thermal EMF", zh="热电势")',
        '"thermal EMF", zh="热电势", scope=__import__("labctl.procedure").procedure.STANDARD)',
        "scope STANDARD is of a standard's certificate",
    ),
    "a figure of the method over a name that there is not": (
        "pm",
        "LP133",
        PROCEDURE,
        '"0.2 %", zh="滤膜夹泄漏"',
        '"0.2 % * C_r / C_m", zh="滤膜夹泄漏"',
        "C_r is not known here",
    ),
    "a settling in a unit of another kind": (
        "bath",
        "LP208",
        PROCEDURE,
        'within="20 mK"',
        'within="20 mV"',
        "within is 20 mV, and what is read is in °C",
    ),
    "an adjustment offered by what is of another kind": (
        "dmm",
        "LP406",
        PROCEDURE,
        'offer="abs(E) > 0.7 * mpe"',
        'offer="abs(E) > 0.7"',
        "> is not defined for 1 V and 0.7",
    ),
    "one known repeatability for results of two kinds": (
        "pm",
        "LP135",
        PROCEDURE,
        '"m = W + d_hum", W=',
        '"m = W + d_hum", "share = m / W", W=',
        "of m in kg and of share in 1",
    ),
    "single readings and nothing repeated": (
        "dmm",
        "LP105",
        PROCEDURE,
        'run.observe("V_ind", unit.dc_voltage, times=point.readings)',
        'run.observe("V_ind", unit.dc_voltage)',
        "V_ind is read once",
    ),
    "a trace in place of readings": (
        "dmm",
        "LP105",
        PROCEDURE,
        'run.observe("V_0", unit.dc_voltage, times=point.readings)',
        'with run.record("V_0", unit.dc_voltage, every="1 s"):\n        run.wait("60 s")',
        "nothing brings a Type A",
    ),
    "pooled repeatability and no point repeated": (
        "pm",
        "LP116",
        "leak.csv",
        "20, 60, 4",
        "20, 60, 1",
        "no point is repeated",
    ),
    "repeatability of the unit, which has no record": (
        "pm",
        "LP117",
        PROCEDURE,
        "repeatability=POOLED",
        'repeatability=Characteristic("unit", "repeatability")',
        "it has no record",
    ),
    "repeatability of an unknown role": (
        "pm",
        "LP104",
        PROCEDURE,
        'Characteristic("balance", "repeatability", zh="重复性")',
        'Characteristic("balanse", "repeatability")',
        "Did you mean 'balance'?",
    ),
    "three repetitions that carry the budget": (
        "pm",
        "LP124",
        PROCEDURE,
        'repeatability=Characteristic("balance", "repeatability", zh="重复性"),\n',
        "",
        "1 degrees of freedom",
    ),
    "the greatest of close points": (
        "pm",
        "LP125",
        PROCEDURE,
        "h = mean(E[direction == 'down'] - E[direction == 'up'])",
        "h = max(abs(E[direction == 'down'] - E[direction == 'up']))",
        "may choose the wrong one",
    ),
    "a result that bears the name of a column": (
        "pm",
        "LP128",
        PROCEDURE,
        '"swing = span(q[:])"',
        '"filter = span(q[:])"',
        "the result filter bears the name of a column",
    ),
    "a line through one point": (
        "pm",
        "LP129",
        PROCEDURE,
        '"E_n = mean(E[:])"',
        "\"E_n, E_b = fit.line(E[direction == 'up'], E[direction == 'up'])\"",
        "fit.line has 2 parameters, and E[…] has 1 points",
    ),
    "a standard that is only observed": (
        "pm",
        "LP127",
        PROCEDURE,
        't=Corrected("sampler")',
        "t=Observed()",
        "nothing of its record enters",
    ),
    "the stability of a trace that nobody records": (
        "pm",
        "LP118",
        PROCEDURE,
        'Stability("C_chamber")',
        'Stability("C_chambr")',
        "Did you mean 'C_chamber'?",
    ),
    "a constant in a unit that there is not": (
        "pm",
        "LP133",
        PROCEDURE,
        'Constant("2200 kg/m³")',
        'Constant("2200 kg/cubic metre")',
        "unknown unit",
    ),
    "a distribution that there is not": (
        "pm",
        "LP133",
        PROCEDURE,
        'zh="滤膜夹泄漏", source',
        'zh="滤膜夹泄漏", distribution="gaussian", source',
        "there is no distribution 'gaussian'",
    ),
    "an ambient condition that there is not": (
        "pm",
        "LP119",
        PROCEDURE,
        'Condition("humidity")',
        'Condition("humidty")',
        "Did you mean 'humidity'?",
    ),
    "a reduction's result in another dimension": (
        "pm",
        "LP103",
        PROCEDURE,
        'Model("E_w = mean(abs(E_n[:]))",',
        'Model("E_w = mean(abs(E_n[:])) + m_b", m_b=Result("Blank", "m_b"),',
        "Dimensions must agree",
    ),
    # --- functions
    "a series that nobody fills": (
        "pm",
        "LP201",
        PROCEDURE,
        'run.observe("t", sampler.sampling_time)',
        'run.note(Text("done", zh="完"))',
        "t is never filled",
    ),
    "a series filled while it settles": (
        "dmm",
        "LP209",
        PROCEDURE,
        'run.settle("V_settling"',
        'run.settle("V_ind"',
        "readings from before it was steady would count",
    ),
    "a series filled by a trace and by readings": (
        "pm",
        "LP202",
        PROCEDURE,
        'run.observe("t", sampler.sampling_time)',
        'run.observe("t", sampler.sampling_time)\n    run.observe("q", flowmeter.flow)',
        "q is filled in two places",
    ),
    "a figure in a body": (
        "dmm",
        "LP205",
        PROCEDURE,
        "source.source_dc_voltage, point.nominal)\n    run.settle",
        "source.source_dc_voltage, point.nominal * 1.0001)\n    run.settle",
        "the figure 1.0001",
    ),
    "a loop in a body": (
        "dmm",
        "LP210",
        PROCEDURE,
        '    run.observe("V_ind", unit.dc_voltage, times=point.readings)',
        '    for _ in range(3):\n        run.observe("V_ind", unit.dc_voltage, times=point.readings)',
        "a loop stands in a function",
    ),
    "arithmetic on readings": (
        "dmm",
        "LP211",
        PROCEDURE,
        '    run.observe("V_ind"',
        '    shown = unit.dc_voltage()\n    run.note(str(shown.quantity - point.nominal))\n    run.observe("V_ind"',
        "calculates with what was read",
    ),
    "a reading past the verbs": (
        "dmm",
        "LP212",
        PROCEDURE,
        '    run.settle("V_zero"',
        '    unit.dc_voltage()\n    run.settle("V_zero"',
        "unit.dc_voltage() is called outside a verb",
    ),
    "a reading called in place of its method": (
        "dmm",
        "LP212",
        PROCEDURE,
        'run.observe("V_0", unit.dc_voltage,',
        'run.observe("V_0", unit.dc_voltage(),',
        "called outside a verb",
    ),
    "waiting by time.sleep": (
        "dmm",
        "LP213",
        PROCEDURE,
        '    run.settle("V_zero"',
        '    time.sleep(3)\n    run.settle("V_zero"',
        "time.sleep",
    ),
    "a clock of one's own": (
        "dmm",
        "LP213",
        PROCEDURE,
        "from labctl.procedure import (",
        "from labctl.clock import WallClock\nfrom labctl.procedure import (",
        "would wait by hand",
    ),
    "a driver in a procedure": (
        "dmm",
        "LP214",
        PROCEDURE,
        "from labctl.procedure import (",
        "from labctl_drivers.fluke.f5522a import F5522A\nfrom labctl.procedure import (",
        "imports labctl_drivers.fluke.f5522a",
    ),
    "a maker's name in an instruction": (
        "dmm",
        "LP214",
        PROCEDURE,
        "Connect calibrator NORMAL",
        "Connect the Fluke NORMAL",
        "Fluke stands in the procedure",
    ),
    "a hook that goes on from where it is": (
        "pm",
        "LP215",
        PROCEDURE,
        "chamber.set_mass_concentration(point.nominal)",
        "chamber.set_mass_concentration(unit.mass_concentration().quantity + point.nominal)",
        "generate is not idempotent",
    ),
    "a hook that goes on from what it noted": (
        "pm",
        "LP215",
        PROCEDURE,
        "    chamber.set_mass_concentration(point.nominal)",
        "    now = unit.mass_concentration().quantity\n    chamber.set_mass_concentration(now)",
        "not idempotent",
    ),
    "a hook that counts its calls": (
        "dmm",
        "LP215",
        PROCEDURE,
        "    unit.set_dc_voltage_range(point.range)\n\n\n@METHOD.adj",
        "    global STEADY\n    unit.set_dc_voltage_range(point.range)\n\n\n@METHOD.adj",
        "not idempotent",
    ),
    "a hook of a column that a section without points cannot have": (
        "pm",
        "LP302",
        PROCEDURE,
        '@concentration.before_each("nominal")',
        '@temperature.before_each("nominal")',
        "has no column nominal",
    ),
    "a line that no row reaches": (
        "pm",
        "LP216",
        PROCEDURE,
        "    sampler.start()\n",
        '    if point.text("direction") == "sideways":\n        sampler.stop()\n    sampler.start()\n',
        "no row of the points reaches",
    ),
    "a line below the end": (
        "dmm",
        "LP216",
        PROCEDURE,
        '    run.settle("V_zero"',
        '    run.reject(Text("again", zh="重测"))\n    run.settle("V_zero"',
        "no row of the points reaches",
    ),
    # --- points
    "a point that stands there twice": (
        "dmm",
        "LP304",
        "points.csv",
        "basic, 1, 10",
        "basic, 0.1, 10",
        "the same point stands in line 4",
    ),
    "a nominal value beyond its range": (
        "dmm",
        "LP305",
        "points.csv",
        "each, -0.95, 10",
        "each, -1.95, 10",
        "-1.95 of a range lies beyond it",
    ),
    "an mpe that permits nothing": (
        "pm",
        "LP306",
        "points.csv",
        "F1, 240, 16, 10",
        "F1, 240, 16, 0",
        "permits nothing",
    ),
    "a number of readings that the function ignores": (
        "dmm",
        "LP307",
        PROCEDURE,
        'run.observe("V_ind", unit.dc_voltage, times=point.readings)',
        'run.observe("V_ind", unit.dc_voltage, times=5)',
        "the function takes others",
    ),
    "a current where a voltage is asked for": (
        "dmm",
        "LP308",
        "points.csv",
        "range [V], nominal [range]",
        "range [A], nominal [range]",
        "a dry call fails",
    ),
    "points without a heading's unit": (
        "pm",
        "LP301",
        "points.csv",
        "nominal [µg/m³]",
        "nominal [ug/cubic]",
        "points.csv:2: LP301 error: column nominal",
    ),
    # --- judgements
    "a limit typed in without a source": (
        "pm",
        "LP405",
        PROCEDURE,
        'symbol="d_t", within="2 K", source="made up"',
        'symbol="d_t", within="2 K"',
        "the limit 2 K has no source",
    ),
    "a limit in another dimension": (
        "pm",
        "LP406",
        PROCEDURE,
        'symbol="d_t", within="2 K"',
        'symbol="d_t", within="2 V"',
        "the limit is in V",
    ),
    "a requirement of an unknown reduction": (
        "pm",
        "LP401",
        PROCEDURE,
        'of="Level", symbol="E_n"',
        'of="Levels", symbol="E_n"',
        "Did you mean 'Level'?",
    ),
    "a check of an unknown section": (
        "pm",
        "LP407",
        PROCEDURE,
        'of="Temperature again",',
        'of="Temperature afterwards",',
        "Did you mean 'Temperature",
    ),
    "a check of an unknown result": (
        "pm",
        "LP407",
        PROCEDURE,
        'symbol="swing"',
        'symbol="swng"',
        "Did you mean 'swing'?",
    ),
    "a check used as a verdict": (
        "pm",
        "LP408",
        PROCEDURE,
        'METHOD.require("Error", zh="示值误差", of="Concentration", symbol="E", within="mpe")',
        'METHOD.check("Error", zh="示值误差", of="Concentration", symbol="E", within="mpe", otherwise=ASK)',
        "that is a verdict on the unit",
    ),
    "a verdict on our own drift": (
        "pm",
        "LP409",
        PROCEDURE,
        'METHOD.require("Temperature", zh="温度", of="Temperature", symbol="d_t", within="2 K", source="made up")',
        'METHOD.require("Drift", zh="漂移", of="Blank", symbol="m_b", within="1 mg", source="made up")',
        "nothing of the unit enters it",
    ),
    "an unknown section invalidated": (
        "pm",
        "LP410",
        PROCEDURE,
        'Invalidate("Temperature", "Concentration")',
        'Invalidate("Temperature", "Concentrations")',
        "Did you mean 'Concentration'?",
    ),
    "an invalidation that leaves out by what is judged": (
        "pm",
        "LP422",
        PROCEDURE,
        'Invalidate("Temperature", "Concentration")',
        'Invalidate("Concentration")',
        "judged by Temperature, which is not measured again",
    ),
    "a later section invalidated": (
        "pm",
        "LP410",
        PROCEDURE,
        "otherwise=REPEAT",
        'otherwise=Invalidate("Concentration")',
        "is measured later",
    ),
    "REPEAT where nothing can be repeated": (
        "pm",
        "LP411",
        PROCEDURE,
        '    within="0.04 mg",\n    otherwise=ASK',
        '    within="0.04 mg",\n    otherwise=REPEAT',
        "has no repetition to make again",
    ),
    "REPEAT when all repetitions are made": (
        "pm",
        "LP411",
        PROCEDURE,
        '    each="repetition",\n',
        "",
        "when all repetitions are made",
    ),
    "every repetition of a reduction": (
        "pm",
        "LP421",
        PROCEDURE,
        'symbol="E_n", within="unit.mean_error"',
        'symbol="E_n", within="unit.mean_error", each="repetition"',
        "a reduction has no repetitions",
    ),
    "every repetition of points that are measured once": (
        "dmm",
        "LP421",
        PROCEDURE,
        'symbol="E_0", within="mpe"',
        'symbol="E_0", within="mpe", each="repetition"',
        "the points are measured once",
    ),
    "a reduction on resume": (
        "pm",
        "LP411",
        PROCEDURE,
        '    within="0.04 mg",\n    otherwise=ASK',
        '    within="0.04 mg",\n    on_resume=True,\n    otherwise=ASK',
        "on_resume, but a reduction measures nothing",
    ),
    "a section that has its time, on resume": (
        "pm",
        "LP411",
        PROCEDURE,
        'of="Temperature again",\n    symbol="shift",\n    within="2 K",',
        'of="Loaded filters",\n    symbol="m",\n    within="2 mg",\n    on_resume=True,',
        "on_resume, but it has its time after Concentration",
    ),
    "a section after one that comes later": (
        "pm",
        "LP412",
        PROCEDURE,
        'after="Concentration"',
        'after="Temperature again"',
        "which comes later",
    ),
    "a section after one that there is not": (
        "pm",
        "LP412",
        PROCEDURE,
        'after="Concentration"',
        'after="Concentrating"',
        "Did you mean 'Concentration'?",
    ),
    "earliest after latest": (
        "pm",
        "LP413",
        PROCEDURE,
        'earliest="24 h", latest="48 h"',
        'earliest="48 h", latest="24 h"',
        "48 h later at the earliest",
    ),
    "times that count from nothing": (
        "pm",
        "LP413",
        PROCEDURE,
        'after="Concentration", ',
        "",
        "count from nothing",
    ),
    "a reduction that nobody uses": (
        "pm",
        "LP414",
        PROCEDURE,
        'METHOD.table("Hysteresis", zh="回程误差", columns=("h", "U(h)"))\n',
        "",
        "nobody uses the results of Hysteresis",
    ),
    "a limit by an mpe that a reduction does not have": (
        "pm",
        "LP415",
        PROCEDURE,
        'symbol="E_n", within="unit.mean_error"',
        'symbol="E_n", within="mpe"',
        "nobody states an mpe here",
    ),
    "a tolerance of thermometers at a voltage": (
        "dmm",
        "LP406",
        PROCEDURE,
        'symbol="E_0", within="mpe"',
        'symbol="E_0", within="iec60751.tolerance(unit.tolerance_class, range)"',
        "iec60751.tolerance is not defined for 1 V and °C",
    ),
    "a tolerance of thermometers for volts": (
        "dmm",
        "LP406",
        PROCEDURE,
        'symbol="E_0", within="mpe"',
        'symbol="E_0", within="iec60751.tolerance(\'A\', 20 °C)", source="IEC 60751"',
        "the limit is in K, E_0 in V",
    ),
    "two requirements of one title": (
        "pm",
        "LP416",
        PROCEDURE,
        'METHOD.require("Leak"',
        'METHOD.require("Error"',
        "two of them are called 'Error'",
    ),
    "a window longer than its time-out": (
        "pm",
        "LP417",
        PROCEDURE,
        'during="5 min", within="10 %", timeout="2 h"',
        'during="5 h", within="10 %", timeout="2 h"',
        "never fits",
    ),
    "a table of a reduction's unknown column": (
        "pm",
        "LP403",
        PROCEDURE,
        '"E_n", "U(E_n)", "verdict"',
        '"E_n", "U(E)", "verdict"',
        "there is no column U(E)",
    ),
    "a column printed in a unit of another kind": (
        "pm",
        "LP418",
        PROCEDURE,
        '"E_n", "U(E_n)", "verdict"',
        '"E_n [mg]", "U(E_n)", "verdict"',
        "E_n is in kg/m³, not in mg",
    ),
    "the covariance of one result": (
        "pm",
        "LP403",
        PROCEDURE,
        'columns=("E_w", "U(E_w)")',
        'columns=("E_w", "U(E_w)", "covariance")',
        "there are no two results to correlate",
    ),
    "words above a column that there is not": (
        "pm",
        "LP403",
        PROCEDURE,
        'columns=("E_w", "U(E_w)")',
        'columns=("E_w", "U(E_w)"), titles={"E_v": Text("Worst", zh="最大")}',
        "there is no column E_v",
    ),
    "a table of an unknown section": (
        "pm",
        "LP403",
        PROCEDURE,
        'METHOD.table("Worst"',
        'METHOD.table("Wurst"',
        "Did you mean 'Worst'?",
    ),
    # --- points as spreadsheets write them
    "semicolons between the values": (
        "dmm",
        "LP301",
        "points.csv",
        "range [V], nominal",
        "range [V]; nominal",
        "separated by commas",
    ),
    "digits of full width": (
        "dmm",
        "LP301",
        "points.csv",
        "each, 0.5",
        "each, \uff10\uff0e\uff15",
        "half-width characters",
    ),
    "brackets of full width": (
        "dmm",
        "LP301",
        "points.csv",
        "range [V]",
        "range \uff3bV\uff3d",
        "half-width characters",
    ),
    "a comma for the decimal point": (
        "bath",
        "LP301",
        "points.csv",
        "25, 4",
        "25,5, 4",
        "3 values, the header has 2 columns",
    ),
    "digits in groups": ("bath", "LP301", "points.csv", "25, 4", "2_5, 4", "'2_5' is no number"),
    "a value that no float holds": ("bath", "LP301", "points.csv", "25, 4", "1e400, 4", "'1e400' is no number"),
    "no number at all": ("bath", "LP301", "points.csv", "25, 4", "NaN, 4", "'NaN' is no number"),
    "an empty cell": ("pm", "LP301", "points.csv", "150, up, F2", "150, up, ", "column filter: is empty"),
    "half a repetition": ("bath", "LP301", "points.csv", "25, 4", "25, 2.5", "'2.5' is no whole number from 1"),
    "more repetitions than a life has": (
        "bath",
        "LP301",
        "points.csv",
        "25, 4",
        "25, 1e30",
        "'1e30' is no whole number from 1",
    ),
    "repetitions in a unit": (
        "bath",
        "LP301",
        "points.csv",
        "repeats",
        "repeats [s]",
        "column repeats: is a number of times",
    ),
    "a header that stands there twice": (
        "bath",
        "LP301",
        "points.csv",
        "25, 4",
        "nominal [°C], repeats",
        "'nominal [°C]' is no number",
    ),
    "a column that nobody reads, its name misspelt": (
        "bath",
        "LP313",
        "points.csv",
        "repeats",
        "repeat",
        "Did you mean 'repeats'?",
    ),
    "one point written in two ways": (
        "bath",
        "LP304",
        "points.csv",
        "50, 4",
        "25.0, 4",
        "the same point stands in line",
    ),
    "a column that bears the name of an input": (
        "bath",
        "LP128",
        "points.csv",
        "nominal [°C], repeats\n0, 4\n25, 4\n50, 4\n95, 4",
        "nominal [°C], t_s [°C]\n0, 4",
        "the input t_s bears the name of a column",
    ),
    # --- equations
    "a result that tables take for k": (
        "bath",
        "LP128",
        PROCEDURE,
        '"drift = last(t_s[:]) - first(t_s[:])"',
        '"k = last(t_s[:]) - first(t_s[:])"',
        "the result k bears a name",
    ),
    "a contribution that a 0 takes out": (
        "dmm",
        "LP136",
        PROCEDURE,
        "- V_s - d_emf",
        "- V_s - 0 * d_emf",
        "'0 * d_emf': the 0 makes nothing of it",
    ),
    "a division by 0": ("dmm", "LP136", PROCEDURE, "- V_s - d_emf", "- V_s - d_emf / 0", "'d_emf / 0'"),
    "half a digit twice": (
        "dmm",
        "LP113",
        PROCEDURE,
        '- V_s - d_emf",\n    V_ind=Observed(),',
        '- V_s - d_emf + d_two",\n    d_two=Resolution("unit"),\n    V_ind=Observed(),',
        "are one value, half a digit of unit",
    ),
    "half a digit of what shows none": (
        "dmm",
        "LP106",
        PROCEDURE,
        '    d_res=Resolution("unit"),  # half',
        '    d_res=Resolution("leads"),  # half',
        "leads shows nothing here",
    ),
    "a half-width of another kind": (
        "pm",
        "LP133",
        PROCEDURE,
        'half_width="50 kg/m³"',
        'half_width="50 kg"',
        "50 kg is another kind of quantity than",
    ),
    "a half-width that is negative": (
        "pm",
        "LP133",
        PROCEDURE,
        '"0.2 %", zh="滤膜夹泄漏"',
        '"-0.2 %", zh="滤膜夹泄漏"',
        "-0.2 % is negative",
    ),
    "a k beside limits": (
        "pm",
        "LP133",
        PROCEDURE,
        '"0.2 %", zh="滤膜夹泄漏"',
        '"0.2 %", k=3, zh="滤膜夹泄漏"',
        "k=3 of a rectangular distribution",
    ),
    # --- bodies
    "an error that is caught": (
        "dmm",
        "LP219",
        PROCEDURE,
        READ,
        "    try:\n    " + READ + '\n    except Exception:\n        run.note("x")',
        "catches errors",
    ),
    "an error that is suppressed": (
        "dmm",
        "LP219",
        PROCEDURE,
        READ,
        "    with suppress(Exception):\n    " + READ,
        "catches errors",
    ),
    "a word on the screen": (
        "dmm",
        "LP220",
        PROCEDURE,
        READ,
        "    print(point.nominal)\n" + READ,
        "a function uses print",
    ),
    "a question past the run": (
        "dmm",
        "LP220",
        PROCEDURE,
        READ,
        '    input("Ready?")\n' + READ,
        "a function uses input",
    ),
    "a file of one's own": (
        "dmm",
        "LP220",
        PROCEDURE,
        READ,
        '    open("log.txt", "a").write("x")\n' + READ,
        "a function uses open",
    ),
    "a module in a body": (
        "dmm",
        "LP220",
        PROCEDURE,
        READ,
        "    import numpy as np\n\n    np.mean([1, 2])\n" + READ,
        "a function uses numpy",
    ),
    "a function that counts its calls": (
        "dmm",
        "LP220",
        PROCEDURE,
        READ,
        "    global READ_SO_FAR\n    READ_SO_FAR = point.key\n" + READ,
        "remembers by READ_SO_FAR",
    ),
    "a loop in brackets": (
        "dmm",
        "LP210",
        PROCEDURE,
        READ,
        '    [run.observe("V_ind", unit.dc_voltage) for _ in range(point.readings)]',
        "a loop stands in a function",
    ),
    "a role under another name": (
        "dmm",
        "LP221",
        PROCEDURE,
        READ,
        '    meter = unit\n    run.observe("V_ind", meter.dc_voltage, times=point.readings)',
        "what fills V_ind is not written out",
    ),
    "a trace without its block": (
        "dmm",
        "LP222",
        PROCEDURE,
        READ,
        '    run.record("V_trace", unit.dc_voltage, every="1 s")\n' + READ,
        "run.record without with",
    ),
    "a trace shorter than its interval": (
        "dmm",
        "LP208",
        PROCEDURE,
        READ,
        '    with run.record("V_trace", unit.dc_voltage, every="1 s"):\n        pass\n' + READ,
        "ends before the second reading",
    ),
    "a standard's setting declared as a reading": (
        "dmm",
        "LP223",
        PROCEDURE,
        'V_s=Applied("source")',
        "V_s=Observed()",
        "run.apply fills V_s, whose source is Observed",
    ),
    "reference and units exchanged in a scan": (
        "bath",
        "LP223",
        PROCEDURE,
        'first=("t_s", reference.temperature), then=("t_ind",',
        'first=("t_ind", reference.temperature), then=("t_s",',
        "t_s is corrected as reference and read on unit",
    ),
    "a voltage that comes after its reading": (
        "dmm",
        "LP224",
        PROCEDURE,
        '    run.apply("V_s", source.source_dc_voltage, point.nominal)\n'
        '    run.settle("V_settling", unit.dc_voltage, STEADY)\n' + READ,
        READ + '\n    run.apply("V_s", source.source_dc_voltage, point.nominal)',
        "V_s is applied when everything has been read",
    ),
    "a number in place of a voltage": (
        "dmm",
        "LP208",
        PROCEDURE,
        "point.nominal)\n    run.settle",
        "point.nominal.value)\n    run.settle",
        "0.1, a number without its unit",
    ),
    "half of the readings": (
        "dmm",
        "LP208",
        PROCEDURE,
        "times=point.readings)\n\n\n@dc",
        "times=point.readings / 2)\n\n\n@dc",
        "no whole number of readings",
    ),
    "a column asked for as if every point had it": (
        "dmm",
        "LP208",
        PROCEDURE,
        "times=point.readings)\n\n\n@dc",
        "times=point.reading)\n\n\n@dc",
        "no point has this",
    ),
    "seconds without their unit": ("dmm", "LP208", PROCEDURE, READ, "    run.wait(5)\n" + READ, "5: is no time"),
    "a figure in place of a criterion": (
        "dmm",
        "LP208",
        PROCEDURE,
        'unit.dc_voltage, STEADY)\n    run.observe("V_ind"',
        'unit.dc_voltage, "5 mV")\n    run.observe("V_ind"',
        "its criterion is no Steady",
    ),
    "an instrument in place of its method": (
        "dmm",
        "LP208",
        PROCEDURE,
        'run.observe("V_ind", unit.dc_voltage',
        'run.observe("V_ind", unit',
        "what is to be read is no method",
    ),
    "a picture whose name is put together": (
        "dmm",
        "LP502",
        PROCEDURE,
        'picture="short.svg"',
        'picture="shorter" + ".svg"',
        "there is no picture shorter.svg",
    ),
    "an instruction whose Chinese is empty": (
        "dmm",
        "LP503",
        PROCEDURE,
        'zh="将电压输入端短路。"',
        'zh=""',
        "speaks no Chinese",
    ),
    "one unit and all of them": (
        "bath",
        "LP217",
        PROCEDURE,
        "units: Units[MeasuresTemperature]",
        "unit: MeasuresTemperature, units: Units[MeasuresTemperature]",
        "unit and units stand in one signature",
    ),
    "units of no ability": (
        "bath",
        "LP207",
        PROCEDURE,
        "units: Units[MeasuresTemperature]",
        "units: Units",
        "role unit states no ability",
    ),
    "a nearness on a scale": (
        "bath",
        "LP208",
        PROCEDURE,
        'near="0.2 K"',
        'near="0.2 °C"',
        "near is 0.2 °C, a point on a scale",
    ),
    "a slope without its time": (
        "bath",
        "LP208",
        PROCEDURE,
        'within="20 mK", near',
        'slope="20 mK", near',
        "slope is 20 mK",
    ),
    "a settling that nothing keeps": (
        "dmm",
        "LP208",
        PROCEDURE,
        'within="mpe / 10"',
        'within="-mpe / 10"',
        "nothing keeps that",
    ),
    "an adjustment by a method that there is not": (
        "dmm",
        "LP208",
        PROCEDURE,
        "unit.adjust_dc_voltage(step)",
        "unit.adjust_voltage(step)",
        "AdjustsDcVoltage has no adjust_voltage",
    ),
    "an adjustment of an unknown role": (
        "dmm",
        "LP206",
        PROCEDURE,
        "def adjust(run: Run, source:",
        "def adjust(run: Run, calibrator:",
        "there is no role calibrator",
    ),
    "an adjustment offered by a bare number": (
        "dmm",
        "LP406",
        PROCEDURE,
        'offer="abs(E) > 0.7 * mpe"',
        'offer="abs(E) > 0.7"',
        "is not defined for 1 V and 0.7",
    ),
    "a thing that is used up and that nobody measures": (
        "pm",
        "LP302",
        PROCEDURE,
        'points="points.csv", model=CONCENTRATION',
        'points="points.csv", uses_up="sampling", model=CONCENTRATION',
        "no other section measures a thing",
    ),
    "a filling for a flow": (
        "flow",
        "LP308",
        PROCEDURE,
        'rig.fill_for(point["filling"])',
        "rig.fill_for(point.nominal)",
        "16 m³/h and s",
    ),
    "a filling of no time": ("flow", "LP208", "points.csv", "6.4, 60", "6.4, 0", "a duration of 0 s"),
    "a unit left out by its name": (
        "dmm",
        "LP208",
        PROCEDURE,
        READ,
        f'    run.exclude("unit", "broken")\n{READ}',
        "what is to be left out is no unit",
    ),
    # --- limits as people say them
    "a limit of temperatures in °C": (
        "bath",
        "LP406",
        PROCEDURE,
        'within="20 mK",\n    otherwise',
        'within="0.02 °C",\n    otherwise',
        "the limit is in °C, drift in K",
    ),
    "a limit that permits nothing": (
        "bath",
        "LP425",
        PROCEDURE,
        'within="20 mK",\n    otherwise',
        'within="-20 mK",\n    otherwise',
        "permits nothing",
    ),
    "an mpe on one side": (
        "dmm",
        "LP423",
        PROCEDURE,
        'symbol="E", within="mpe"',
        'symbol="E", at_most="mpe"',
        "E is judged on one side alone",
    ),
    "a temperature printed in kelvin": ("bath", "LP418", PROCEDURE, '"t [°C]"', '"t [K]"', "t is in °C, not in K"),
    "a difference of temperatures printed in °C": (
        "bath",
        "LP418",
        PROCEDURE,
        '"E [K]"',
        '"E [°C]"',
        "E is in K, not in °C",
    ),
    # --- words, files, document
    "an inspection without Chinese": (
        "pm",
        "LP501",
        PROCEDURE,
        'Text("Whole and clean?", zh="完好、清洁？")',
        'Text("Whole and clean?")',
        "'Whole and clean?' has no Chinese",
    ),
    "an instruction without Chinese": (
        "pm",
        "LP503",
        PROCEDURE,
        'Text(f"Place filter {name}.", zh=f"放置滤膜 {name}。")',
        'f"Place filter {name}."',
        "run.instruct speaks no Chinese",
    ),
    "a picture that is not there": (
        "pm",
        "LP502",
        PROCEDURE,
        'picture="chamber.svg"',
        'picture="chamberr.svg"',
        "there is no picture chamberr.svg",
    ),
    "a form that is not there": (
        "pm",
        "LP504",
        PROCEDURE,
        'run.attach("lots.txt")',
        'run.attach("lot.txt")',
        "there is no form lot.txt",
    ),
    "a document that is none": (
        "pm",
        "LP505",
        PROCEDURE,
        'document="JJF 1659-2017"',
        'document="our own"',
        "is no number of a specification",
    ),
    "an accuracy ratio upside down": (
        "dmm",
        "LP506",
        PROCEDURE,
        'edition="1.0"',
        'edition="1.0", accuracy_ratio=1 / 3',
        "an accuracy ratio of 0.333",
    ),
    "an interval in other words": (
        "dmm",
        "LP507",
        PROCEDURE,
        'edition="1.0"',
        'edition="1.0", interval="a year"',
        "'a year' is no interval",
    ),
}


def changed(folder: Path, base: str, *changes: tuple[str, str, str]) -> tuple[Finding, ...]:
    method = folder / base
    copytree(BASES[base], method, ignore=ignore_patterns("__pycache__"))
    for name, before, after in changes:
        text = (method / name).read_text("utf-8")
        assert before in text, f"{name} does not have {before!r}"
        (method / name).write_text(text.replace(before, after), "utf-8")
    return check(load_folder(method))


def test_a_method_from_another_test_is_told_what_it_truly_lacks() -> None:
    """Nobody records t_bath, a text is English only, two limits have no source, one section is of no use to anybody."""
    found = {each.code for each in check(load_folder(METHODS / "weighing"))}
    assert found <= {"LP118", "LP405", "LP409", "LP414", "LP501", "LP503"}


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(MISTAKES) > 100


@pytest.mark.parametrize("base", BASES)
def test_the_methods_that_they_are_made_in_are_clean(base: str) -> None:
    assert not [each for each in check(load_folder(BASES[base])) if each.grave]


@pytest.mark.parametrize("name", MISTAKES)
def test_each_is_caught_with_its_code_and_line(tmp_path: Path, name: str) -> None:
    base, code, file, before, after, words = MISTAKES[name]
    every = changed(tmp_path, base, (file, before, after))
    found = [each for each in every if each.code == code and words in each.said(Language.ENGLISH)]
    assert found, "\n".join(each.said(Language.ENGLISH) for each in every) or "nothing was found"
    assert found[0].line or code == "LP307"
    assert found[0].problem.zh not in {"", found[0].problem.en}
    assert found[0].remedy.zh not in {"", found[0].remedy.en}


def test_a_constant_that_may_be_off_needs_a_source(tmp_path: Path) -> None:
    imported = (PROCEDURE, "    ASK,\n", "    ASK,\n    rectangular,\n")
    off = (PROCEDURE, 'Constant("2200 kg/m³")', 'Constant("2200 kg/m³", rectangular("20 kg/m³"))')
    found = changed(tmp_path, "pm", imported, off)
    assert [each.code for each in found] == ["LP122"]
    assert "'20 kg/m³' is typed in without a source" in found[0].problem.en


def test_points_that_choose_the_unit_are_found_with_their_line(tmp_path: Path) -> None:
    copytree(BASES["dmm"], tmp_path / "own", ignore=ignore_patterns("__pycache__"))
    own = "# made up\nrange [V], nominal [V], readings, unit\n10, 5, 3, meter\n"
    (tmp_path / "own" / "points.csv").write_text(own, "utf-8")
    found = check(load_folder(tmp_path / "own"))
    assert [(each.code, each.file, each.line) for each in found] == [("LP312", "points.csv", 3)]
    assert "points cannot choose the unit" in found[0].problem.en


def test_a_series_that_a_hook_reads_once_is_told_because_no_scatter_shows_it(tmp_path: Path) -> None:
    select = "def select_range(point: Point, unit: MeasuresDcVoltage) -> None:"
    setting = '    """Select the range."""\n    unit.set_dc_voltage_range(point.range)\n'
    reading = '    run.observe("V_r", unit.dc_voltage)\n'
    for number, (read, codes) in enumerate({reading: ["LP105"], reading.replace(")", ", times=3)"): []}.items()):
        found = changed(
            tmp_path / str(number),
            "dmm",
            (PROCEDURE, '"E = V_ind + d_res', '"E = V_ind - V_r + d_res'),
            (PROCEDURE, "    V_ind=Observed(),", "    V_ind=Observed(),\n    V_r=Observed(),"),
            (PROCEDURE, select, select.replace("(point", "(run: Run, point")),
            (PROCEDURE, setting, setting + read),
        )
        assert [each.code for each in found] == codes
        assert all("read once in a hook" in each.problem.en and "hook" in each.problem.zh for each in found)


def test_a_regulation_that_requires_nothing_of_the_unit_is_found(tmp_path: Path) -> None:
    nothing = ("METHOD.require(", "(lambda *_, **__: None)(")
    found = changed(tmp_path, "dmm", (PROCEDURE, "JJF 1587", "JJG 1587"), (PROCEDURE, *nothing))
    assert [each.line > 0 for each in found if each.code == "LP505"] == [True]


REFUSED = {
    "a limit by a class that there is not": (
        'symbol="E", within="mpe"',
        'symbol="E", within="iec60751.tolerance(\'E\', 20 °C)"',
        "'E' is not known here; choose from AA, A, B, C",
    ),
    "a section again that there never was": (
        'of="Clean filters", after',
        'of="Clean filter", after',
        "there is no such section",
    ),
    "two sources of one symbol": ('d_res=Resolution("unit"),', 'd_res=Resolution("unit"), d_res=Observed(),', "d_res"),
    "two sections of one title": ('METHOD.reduce("Level"', 'METHOD.reduce("Blank"', "two sections of this title"),
    "a constant that is off in two ways": (
        'Constant("2200 kg/m³")',
        'Constant("2200 kg/m³", __import__("labctl.procedure").procedure.normal("5 kg/m³"), half_width="2 kg/m³")',
        "stands there twice",
    ),
    "a figure that is no text": ('zh="滤膜夹泄漏", source', 'zh="滤膜夹泄漏"), d_n=Effect("n", 2, source', "as text"),
    "a source that is none": ("C_m=Observed(),", "C_m=0.001,", "C_m is given what is no source"),
    "an order in quotes": ("order=CYCLES,", 'order="cycles",', "order is 'cycles'"),
    "a consequence in quotes": (
        "otherwise=ASK",
        'otherwise="ASK"',
        "otherwise as REPEAT, RESTART, ASK, NOTE, STOP or Invalidate(…), without quotes",
    ),
    "a check without a limit": ('at_most="1 L/min",', "", "one limit is needed"),
    "a requirement at a moment there is not": (
        'symbol="E", within="mpe"',
        'symbol="E", within="mpe", each="reading"',
        "each repetition or each point",
    ),
    "an async function": ("def concentration(", "async def concentration(", "is an async function"),
    "a function that yields": (
        "    sampler.start()\n",
        "    yield\n    sampler.start()\n",
        "yields: nobody would run it",
    ),
    "a class in place of a function": (
        "METHOD.again(",
        "METHOD.section('More', model=MASS)(Model)\nMETHOD.again(",
        "type stands in place",
    ),
    "a decorator between": (
        '@concentration.before_each("nominal")\n',
        '@concentration.before_each("nominal")\n@__import__("functools").cache\n',
        "_lru_cache_wrapper stands in place",
    ),
    "decorators in the wrong order": (
        '@METHOD.section(\n    "Clean',
        '@temperature.before_each("section")\n@METHOD.section(\n    "Clean',
        "Section stands in place of a function",
    ),
    "a hook without its column": (
        '@concentration.before_each("nominal")',
        "@concentration.before_each",
        "names no column",
    ),
    "a source without its brackets": (
        'd_res=Resolution("unit"),',
        "d_res=Observed,",
        "d_res is given what is no source",
    ),
    "a number in place of a figure": ('Constant("2200 kg/m³")', "Constant(2200)", "a figure is written as text"),
    "a scope in quotes": ('name="particulate"', 'name="particulate", confirmed="yes"', "confirmed is 'yes'"),
    "a limit without quotes": ('at_most="1 L/min"', "at_most=1", "at_most is 1"),
    "hours without quotes": ('earliest="24 h"', "earliest=24", "earliest is 24"),
    "columns without brackets": ('columns=("E_w", "U(E_w)")', 'columns="E_w"', "Give columns as several in brackets"),
    "a name of two words": ('name="particulate"', 'name="my method"', "'my method' is no name of a procedure"),
    "surroundings without a unit": ('temperature="(20 ± 1) °C"', 'temperature="20 ± 1"', "is no temperature"),
    "the units of a function as one text": (
        "MASS = Model(",
        'METHOD.function(units="V", gives="V")\nMASS = Model(',
        "units is one text, 'V'",
    ),
    "an equation of full width": ('"swing = span(q[:])"', '"swing \uff1d span(q[:])"', "half-width characters"),
    "two signs of equality": ('"swing = span(q[:])"', '"swing == span(q[:])"', "an equation is one assignment"),
    "a power as spreadsheets write it": ('"swing = span(q[:])"', '"swing = span(q[:])^2"', "allowed are + - * / **"),
    "the end of the program": ("MASS = Model(", "raise SystemExit\nMASS = Model(", "it ends the program"),
    "a check at a moment there is not": ('each="repetition"', 'each="reading"', "each repetition or each point"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_even_be_loaded_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    before, after, words = REFUSED[name]
    with pytest.raises(ProcedureError) as refused:
        changed(tmp_path, "pm", (PROCEDURE, before, after))
    assert words in refused.value.within(Language.ENGLISH)
    assert "line " in refused.value.within(Language.ENGLISH)


def test_points_that_a_type_has_for_itself_are_read_too(tmp_path: Path) -> None:
    copytree(BASES["dmm"], tmp_path / "own", ignore=ignore_patterns("__pycache__"))
    (tmp_path / "own" / "points").mkdir()
    (tmp_path / "own" / "points" / "Simulated M.csv").write_text("# own\nnominal [V], readings\n1, 10\n", "utf-8")
    (tmp_path / "own" / "points" / "Simulated N.csv").write_text("# own\nnominal [V], readings\n1\n", "utf-8")
    found = check(load_folder(tmp_path / "own"))
    assert [(each.code, each.file) for each in found] == [
        ("LP309", "points/Simulated M.csv"),
        ("LP301", "points/Simulated N.csv"),
    ]


def with_a_function(folder: Path, role: str, called: str = "sprt(d_t / d_t)") -> set[str]:
    shift = ('- d_t",\n    t_i', f'- d_t - ({called} - {called})",\n    sprt=Calibration("{role}"),\n    t_i')
    imported = ("    ASK,\n", "    ASK,\n    Calibration,\n")
    return {each.code for each in changed(folder, "pm", (PROCEDURE, *shift), (PROCEDURE, *imported))}


def test_a_calibration_function_is_known_and_only_a_standard_has_one(tmp_path: Path) -> None:
    for number, (role, codes) in enumerate(
        {"thermometer": set[str](), "chamber": {"LP108"}, "thermometre": {"LP104"}}.items()
    ):
        assert with_a_function(tmp_path / str(number), role) == codes
    assert with_a_function(tmp_path / "unused", "thermometer", "d_t") == {"LP102"}


def test_the_budget_is_no_double_count_where_an_effect_speaks_of_another_part(tmp_path: Path) -> None:
    """A limit of the leads' calibration is not the calibrator's."""
    effect = 'Effect("drift of the leads", "2 µV", zh="测试线漂移", source="own experience")'
    found = changed(
        tmp_path,
        "dmm",
        (PROCEDURE, 'Characteristic("leads", "thermal EMF", zh="热电势")', effect),
        (PROCEDURE, "Characteristic,\n", "Effect,\n"),
    )
    assert found == ()
