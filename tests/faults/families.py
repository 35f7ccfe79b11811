"""Methods of every family, with few points, on benches without noise: to be struck, and to be left alone."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

from attrs import field, frozen

import labctl_procedures
from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.station.endpoints import shipped_bench

SHIPPED = Path(labctl_procedures.__file__).parent
RUN = "20260105-0001"


@frozen(kw_only=True)
class Family:
    """A shipped method with few points."""

    method: str  # its folder among those that ship
    unit: str
    tables: Mapping[str, str]
    on: str = ""  # a bench that ships; that of the family where nothing is said
    changed: tuple[tuple[str, str], ...] = ()  # lines of its text, and what stands in their place
    settings: Mapping[str, Mapping[str, float]] = field(factory=dict[str, "Mapping[str, float]"])
    """Of its bench, by instrument: what would go on and on is left out."""
    of_types: bool = False  # the points that types have for themselves stay
    unresolved: Mapping[str, float] = field(factory=dict[str, float])
    """By symbol, in its SI unit: what is less is no difference."""

    @property
    def name(self) -> str:
        return self.method.partition("/")[2]

    @property
    def bench(self) -> str:
        return self.on or self.method.partition("/")[0]

    def station(self, to: Path) -> Path:
        """Return its bench, with these settings."""
        text = shipped_bench(self.bench).read_text("utf-8")
        for instrument, figures in self.settings.items():
            lines = "".join(f'"{name}" = {value!r}\n' for name, value in figures.items())
            text += f"\n[simulation.settings.{instrument}]\n{lines}"
        made = to / f"{self.bench}.toml"
        made.write_text(text, "utf-8")
        return made

    def shortened(self, to: Path, *, inspected: bool = True) -> Path:
        """Return a copy of it with these points; without inspections for an engine that nobody watches."""
        copied = to / self.name
        copytree(SHIPPED / self.method, copied, ignore=ignore_patterns("__pycache__"))
        if not self.of_types:
            rmtree(copied / "points", ignore_errors=True)
        for file, text in self.tables.items():
            (copied / file).write_text(f"# made up for tests\n{text}\n", "utf-8")
        text = (copied / "procedure.py").read_text("utf-8")
        for old, new in self.changed:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        if not inspected:
            text = text.replace("METHOD.inspection(", "(lambda *_, **__: None)(")
        (copied / "procedure.py").write_text(text, "utf-8")
        return copied

    def running(self, to: Path, *, inspected: bool = True) -> InProcess:
        """Return a run of it on its bench without noise, ready to be carried out."""
        job = Job(
            run=RUN,
            data=str(to / "lab"),
            procedure=str(self.shortened(to, inspected=inspected)),
            station=str(self.station(to)),
            by="tests",
            unit=self.unit,
            confirms="nobody",
        )
        return InProcess.of(job, seed=1, noise=False)


def steadier(name: str, old: str, new: str) -> tuple[str, str]:
    """Return a criterion and one that leaves nothing to come: what goes on settling would show in every digit."""
    return f"{name} = Steady({old}", f"{name} = Steady({new}"


SPREAD_OUT = steadier(
    "SPREAD",
    'during="5 min", within="10 %", timeout="2 h"',
    'during="60 min", every="1 min", within="0.01 %", timeout="12 h"',
)
FLOWING = steadier("FLOW_STEADY", 'during="30 s", within="1 %"', 'during="2 min", within="0.00001 %"')

CONTROLLED = {"pump": {"deadband": 1e-6}, "balance": {"interval": 0.00001}}
"""Within the dead band of the pump's control the flow is as it comes; here it is small."""
AS_IT_COMES = {"q": 3e-8, "q_i": 3e-8, "q_s": 3e-8, "E_r": 1e-6}
"""That of a flow, 0.1 L/h, and of what scatters by nothing else than it and timers of a microsecond."""
STILL = steadier(
    "SOAKED", 'during="10 min", every="30 s", within="20 mK"', 'during="20 min", every="60 s", within="0.1 mK"'
)
FAMILIES = (
    Family(
        method="electrical/dmm_dc_voltage",
        unit="meter",
        tables={
            "zero.csv": "range [V], readings\n10, 3\n100, 3",
            "points.csv": "range [V], nominal [range], readings\n10, 0.1, 4\n10, -1, 4\n100, 0.5, 4",
        },
    ),
    Family(
        method="electrical/calibrator",
        unit="calibrator",
        tables={
            "transfer.csv": "range [V], nominal [V], meter [V], readings, cooling [min]\n32.99999, 10, 10, 5, 5",
            "dc-voltage.csv": "range [V], nominal [V], meter [V], readings, cooling [min]\n32.99999, 10, 10, 3, 5",
            "ac-voltage.csv": "range [V], nominal [V], meter [V], frequency [Hz], readings\n32.9999, 10, 10, 50000, 3",
            "dc-current.csv": "range [mA], nominal [mA], meter [mA], readings\n329.999, -100, 100, 3",
            "ac-current.csv": "range [mA], nominal [mA], meter [mA], frequency [Hz], readings\n32.999, 10, 10, 1000, 3",
            "resistance.csv": "range [kΩ], nominal [kΩ], meter [kΩ], readings, cooling [min]\n10.99999, 10, 10, 3, 5",
        },
    ),
    Family(
        method="flow/turbine_gravimetric",
        unit="unit",
        tables={
            "diverter.csv": "nominal [m³/h], filling [s], burst [s], bursts, dripping [s], readings\n"
            "16, 20, 2, 5, 20, 5",
            "points.csv": "nominal [m³/h], filling [s], dripping [s], repeats\n16, 20, 20, 3\n6.4, 20, 20, 2",
        },
        changed=(FLOWING,),
        settings=CONTROLLED,
        unresolved=AS_IT_COMES,
    ),
    Family(
        method="flow/by_master_meter",
        unit="electromagnetic",
        tables={"points.csv": "nominal [m³/h], averaging [s], repeats\n16, 20, 3\n5, 20, 2"},
        changed=(FLOWING,),
        settings=CONTROLLED,
        unresolved=AS_IT_COMES,
    ),
    Family(
        method="particulate/pm25_monitor",
        unit="t640",
        tables={
            "flow.csv": "nominal [L/min], interval [min], readings\n16.67, 1, 3",
            "sensors.csv": "interval [s], readings\n30, 3",
            "clock.csv": "repeats\n2",
            "zero.csv": "nominal [µg/m³], settling [min], interval [min], readings\n0, 5, 1, 3",
            "points.csv": "nominal [µg/m³], dilution [L/min], interval [min], beside [s], readings, repeats\n"
            "100, 15, 1, 60, 3, 2\n300, 15, 1, 60, 3, 1\n500, 15, 1, 60, 3, 1",
        },
        of_types=True,
        changed=(SPREAD_OUT,),
    ),
    Family(
        method="particulate/pm25_gravimetric",
        unit="t640",
        tables={
            "filters.csv": "filter, kind, repeats\nF1, sample, 2\nF2, sample, 1\nF3, sample, 1\nF9, blank, 1",
            "flow.csv": "set [L/min], filter, warming [min], readings\n16.67, spare, 1, 4",
            "points.csv": "nominal [µg/m³], filter, dilution [L/min], sampling [min], resting [h], readings\n"
            "200, F1, 15, 120, 26, 8\n300, F2, 15, 60, 25, 6\n400, F3, 15, 60, 24, 6",
        },
        settings={"sampler": {"filter spread": 0.0, "filter drift": 0.0, "volatile": 0.0}},  # no two are alike
        changed=(SPREAD_OUT,),
    ),
    Family(
        method="temperature/iprt",
        unit="unit1",
        tables={
            "points.csv": "nominal [°C], fixed, repeats\n0, ice, 2\n50, none, 2\n70, none, 2\n100, steam, 2",
            "self-heating.csv": "nominal [°C], current [mA], raised [mA], readings\n0, 1, 1.414, 3",
        },
        changed=(
            steadier("SOAKED", 'during="10 min", within="20 mK"', 'during="20 min", every="60 s", within="0.1 mK"'),
        ),
    ),
    Family(
        method="temperature/thermocouple_k",
        unit="k1",
        tables={"points.csv": "nominal [°C], repeats\n400, 2\n600, 2"},
        changed=(
            steadier(
                "SOAKED", 'during="6 min", every="20 s", within="1 K"', 'during="20 min", every="60 s", within="1 mK"'
            ),
        ),
    ),
    Family(
        method="temperature/liquid_in_glass",
        unit="glass",
        tables={"points.csv": "nominal [°C], emergent [K], repeats\n50, 5, 2\n90, 5, 2"},
        changed=(STILL,),
    ),
    Family(
        method="temperature/digital_thermometer",
        unit="display1,display2,display4",  # of more than one customer
        on="batch",
        tables={"points.csv": "nominal [°C], repeats\n25, 2\n50, 2"},
        changed=(STILL,),
    ),
    Family(
        method="temperature/clinical_thermometer",
        unit="clinical",
        tables={"points.csv": "nominal [°C], mpe [K], immersion [min], repeats\n37, 0.1, 3, 2\n39, 0.1, 3, 2"},
        changed=(STILL,),
    ),
)
