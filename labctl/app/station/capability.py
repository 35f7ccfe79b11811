"""What the laboratory can do at best, line by line: its calibration and measurement capability (CMC)."""

from labctl.app.station.table import Table
from labctl.language import Text
from labctl.metrology.units import parse_unit
from labctl.records.order import Capability

HERTZ = parse_unit("Hz")


def read_capability(table: Table) -> tuple[Capability, ...]:
    """Return the lines under `capability`, in their order; a second line of one result and range is a mistake."""
    lines: list[Capability] = []
    seen: set[tuple[str, ...]] = set()
    for each in table.tables("capability"):
        line = Capability(
            method=each.text("method", "JJF 1587-2016"),
            section=each.text("section", "DC voltage"),
            result=each.text("result", "E"),
            nominal=_interval(each, "nominal", "0 V … 10 V"),
            frequency=_frequency(each),
            figure=each.figure("figure", "8 ppm * abs(nominal) + 1 µV"),
            source=each.words("source"),
            confirmed=each.flag("confirmed", default=False),
        )
        mark = (line.method, line.section, line.result, line.nominal, line.frequency)
        if mark in seen:
            each.refuse(
                "section",
                Text("{section} {result} stands here twice", zh="{section} {result} 重复").filled(
                    section=line.section, result=line.result
                ),
                Text("Keep one of the two, or give each its nominal values", zh="请保留其一，或分别给出标称值范围"),
            )
        seen.add(mark)
        each.close()
        lines.append(line)
    return tuple(lines)


def _interval(table: Table, key: str, example: str) -> str:
    """Return an interval as it is written; empty where there is none."""
    if not table.has(key):
        return ""
    table.interval(key, example)
    return table.text(key, example)


def _frequency(table: Table) -> str:
    written = _interval(table, "frequency", "45 Hz … 10 kHz")
    if written and not table.refused("frequency"):
        low = table.interval("frequency", "45 Hz … 10 kHz").low
        if low is not None and low.unit.dimension != HERTZ.dimension:
            table.refuse(
                "frequency",
                Text("{band} is no band of frequencies", zh="{band} 不是频率范围").filled(band=written),
                Text("Write it in Hz or kHz", zh="请以 Hz 或 kHz 表示"),
            )
    return written
