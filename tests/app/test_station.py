"""A station file is read whole, or every mistake in it is told with line, field and remedy."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from labctl.app.station import read_station, refuse_expired, simulated_bench, simulated_station, with_endpoints
from labctl.app.station.endpoints import shipped_bench
from labctl.app.station.places import lines_of
from labctl.errors import CalibrationExpired, RoleUnfilled, StationError, StationMistakes, UnknownInstrument
from labctl.instruments.limits import Limit
from labctl.language import Language
from labctl.metrology.figure import Figure
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Basis
from labctl.records.order import Kind

BENCH = simulated_bench().read_text("utf-8")


def station_of(text: str, folder: Path) -> Path:
    file = folder / "station.toml"
    file.write_text(text, "utf-8")
    return file


def mistakes_of(text: str, folder: Path) -> list[StationError]:
    with pytest.raises(StationError) as caught:
        read_station(station_of(text, folder))
    return list(caught.value.mistakes) if isinstance(caught.value, StationMistakes) else [caught.value]


def test_the_simulated_bench_is_complete() -> None:
    station = simulated_station()
    assert station.simulated
    assert set(station.instruments) == {"calibrator", "meter", "room"}
    calibrator = station.instruments["calibrator"]
    assert calibrator.limits["DC voltage"] == Limit.symmetric(Quantity.of(1020, "V"))
    assert calibrator.asset.basis is Basis.SPECIFICATION
    assert calibrator.asset.certificate is not None
    assert calibrator.asset.certificate.due > date(2090, 1, 1)
    assert station.environment == "room"
    assert station.order.kind is Kind.CALIBRATION
    assert station.people.checked_by.name.zh == "模拟乙"
    (emf,) = station.assets["leads"].characteristics
    assert (emf.name, Figure(emf.figure).quantity()) == ("thermal EMF", Quantity.of(1, "µV"))
    unit = station.unit_under_test("meter", asset_number="A-17")
    assert (unit.identity.serial, unit.asset_number, unit.type_name) == ("SIM34465001", "A-17", "Keysight 34465A")
    with pytest.raises(RoleUnfilled, match="Name one of: meter"):
        station.unit_under_test("room")


@pytest.mark.parametrize(
    ("nominal", "top", "unit_limit", "standard_limit"),  # the arithmetic of published one-year specifications
    [
        (0.01, 0.1, 4e-6, 1.2e-6),
        (1, 1, 47e-6, 13e-6),
        (-10, 10, 0.4e-3, 0.14e-3),
        (50, 100, 2.85e-3, 1.05e-3),
        (-1000, 1000, 55e-3, 19.5e-3),
    ],
)
def test_the_bench_bears_the_published_figures(
    nominal: float, top: float, unit_limit: float, standard_limit: float
) -> None:
    station = simulated_station()
    at, upper = Quantity.of(nominal, "V"), Quantity.of(top, "V")
    names = {"nominal": at, "range": upper}
    (mpe,) = [line for line in station.unit_types["Keysight 34465A"].specification if line.up_to == upper]
    assert Figure(mpe.figure).quantity(names).value_in("V") == pytest.approx(unit_limit, rel=1e-9)
    specification = station.instruments["calibrator"].asset.specification
    line = next(each for each in specification if abs(at) <= each.up_to)
    assert Figure(line.figure).quantity(names).value_in("V") == pytest.approx(standard_limit, rel=1e-9)


CAL, EMF, TYPE = "instruments.calibrator", "auxiliaries.leads.characteristics[1]", 'unit_types."Keysight 34465A"'
FIGURE = "11 ppm * abs(nominal) + 2 µV"  # of the second line of the calibrator's specification
TOP = 'up_to = "32.99999 V"'  # of the third
LIMITS = '"-1020 V to 1020 V"'
BASIC = 'basic_range = { "DC voltage" = "10 V" }'
CHECKED = 'checked_by = { name = { en = "B. Simulated", zh = "模拟乙" }, title = { en = "Reviewer", zh = "核验员" } }'
CALIBRATED = next(line for line in BENCH.splitlines() if line.startswith("calibrated_by"))


@pytest.mark.parametrize(
    ("good", "bad", "where", "problem", "remedy"),
    [
        ('driver = "fluke/5522A"', 'driver = "fluke/5522B"', f"{CAL}.driver", "fluke/5522B", "fluke/5522A"),
        ('simulator = "fluke/5522A"', 'address = "tpc://h:1"', f"{CAL}.address", "tpc", "Correct"),
        ('simulator = "fluke/5522A"', "", CAL, "neither address nor simulator", "address ="),
        ('simulator = "fluke/5522A"', 'simulator = "fluke/1"', f"{CAL}.simulator", "fluke/1", "fluke/5522A"),
        ('wire = "hislip"', "", "instruments.meter.wire", "missing", "hislip, tcp"),
        ('wire = "hislip"', 'wire = "serial"', "instruments.meter.wire", "'serial'", "hislip"),
        ('serial = "SIM5522001"', 'serail = "SIM5522001"', f"{CAL}.serial", "missing", "serial"),
        ('serial = "SIM5522001"', 'serail = "SIM5522001"', f"{CAL}.serail", "not known", "Did you mean serial?"),
        ('serial = "SIM34465001"', 'serial = ""', "instruments.meter.serial", "missing", "serial"),
        ('basis = "specification"', 'basis = "spec"', f"{CAL}.basis", "'spec'", "corrections, specification"),
        ('basis = "specification"', 'basis = "corrections"', f"{CAL}.basis", "has none", "Add them"),
        (LIMITS, '"≤ 5 V"', f'{CAL}.limits."DC voltage"', "open", "-100 V"),
        (LIMITS, '"-1 A to 1 A"', f'{CAL}.limits."DC voltage"', "in A", "in V"),
        (
            'limits = { "DC voltage"',
            'limits = { "pressure"',
            f"{CAL}.limits.pressure",
            "no quantity",
            "DC voltage",
        ),
        ("due = 2099-12-31 ", 'due = "soon" ', f"{CAL}.certificate.due", "'soon'", "2026-01-31"),
        ("due = 2099-12-31 ", "due = 2020-01-01 ", f"{CAL}.certificate.due", "not after", "last day"),
        (FIGURE, "11 ppm + 2 µV", f"{CAL}.specification[2].figure", "+", "Write it like"),
        (FIGURE, "18 ppm * abs(nominel)", f"{CAL}.specification[2].figure", "nominel is not known", "Write it like"),
        (FIGURE, "2 µA", f"{CAL}.specification[2].figure", "gives 2 µA", "abs(nominal)"),
        (FIGURE, "0 V - 2 µV", f"{CAL}.specification[2].figure", "not negative", "abs(nominal)"),
        (TOP, 'up_to = "3 V"', f"{CAL}.specification[3].up_to", "not above 3.299999 V", "ascending"),
        (TOP, 'up_to = "3 A"', f"{CAL}.specification[3].up_to", "in A", "in V"),
        (TOP, f'{TOP}\nfrequency = "10 V … 20 V"', f"{CAL}.specification[3].frequency", "no band", "kHz"),
        (TOP, f'{TOP}\nfrequency = "≤ 10 kHz"', f"{CAL}.specification[3].frequency", "open", "45 Hz"),
        ('figure = "1 µV"', 'figure = "1 µVolt"', f"{EMF}.figure", "µVolt", '"1 µV"'),
        ('distribution = "rectangular"', 'distribution = "square"', f"{EMF}.distribution", "square", "normal"),
        (
            'unit_type = "Keysight',
            'unit_type = "K',
            "instruments.meter.unit_type",
            "not in this file",
            "Keysight 34465A",
        ),
        (BASIC, BASIC.replace("10", "20"), f'{TYPE}.basic_range."DC voltage"', "20 V is no range", "10 V"),
        ('"10 V", "100 V"', '"100 V", "10 V"', f'{TYPE}.ranges."DC voltage"', "ascending", '"10 V"'),
        ('instrument = "room"', 'instrument = "hall"', "environment.instrument", "'hall'", "calibrator, meter, room"),
        ('kind = "calibration"', 'kind = "repair"', "order.kind", "'repair'", "calibration, verification"),
        ('figure = "1 µV"', 'figure = "-1 µV"', f"{EMF}.figure", "not negative", "its size"),
        ('figure = "1 µV"', 'figure = "1 µV"\nk = 3', f"{EMF}.k", "normal distribution", "expanded uncertainty"),
        ('quantity = "DC voltage"', 'quantity = "DC Voltage"', f"{CAL}.specification", "'DC Voltage'", "'DC voltage'"),
        (
            'en = "B. Simulated", zh = "模拟乙"',
            'en = "A. Simulated", zh = "模拟甲"',
            "people.checked_by",
            "who",
            "else",
        ),
        (CHECKED, CALIBRATED.replace("calibrated_by", "checked_by"), "people.checked_by", "who calibrated", "somebody"),
        ("format = 1", "format = 2", "format", "is 2", "format 1"),
        ("seed = 1", "seed = 1\nsede = 2", "simulation.sede", "not known", "seed"),
        ("[people]", "[persons]", "people", "missing", "[people]"),
    ],
)
def test_a_mistake_is_told_with_line_field_and_remedy(
    good: str, bad: str, where: str, problem: str, remedy: str, tmp_path: Path
) -> None:
    assert good in BENCH
    altered = BENCH.replace(good, bad, 1)
    found = {each.where: each for each in mistakes_of(altered, tmp_path)}
    assert where in found
    mistake = found[where]
    assert problem in mistake.problem.en
    assert remedy in mistake.remedy.en
    assert mistake.file == "station.toml"
    assert re.search(r"[\u4e00-\u9fff]", mistake.within(Language.CHINESE))


def test_the_line_is_the_key_s_own(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(BENCH.replace('figure = "1 µV"', 'figure = "1 parsec"'), tmp_path)
    line = BENCH[: BENCH.index('figure = "1 µV"')].count("\n") + 1
    assert mistake.line == line
    assert str(mistake).startswith(f"station.toml, line {line}, auxiliaries.leads.characteristics[1].figure:")


def test_every_mistake_is_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = BENCH.replace('kind = "calibration"', 'kind = "x"').replace("2025-12-01", '"x"')
    with pytest.raises(StationMistakes) as caught:
        read_station(station_of(text, tmp_path))
    lines = [each.line for each in caught.value.mistakes]
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert len(str(caught.value).splitlines()) == 3
    assert len(caught.value.within(Language.CHINESE).splitlines()) == 3


def test_an_unknown_driver_is_an_unknown_instrument(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(BENCH.replace('driver = "vaisala/PTU300"', 'driver = "vaisala/PTU400"'), tmp_path)
    assert isinstance(mistake, UnknownInstrument)


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b'name = "a\n[people]\n', 1, "no TOML"),
        (b"a = 1\n\na = 2\n", 3, "no TOML"),
        (b"name = 1\nb = \xff\n", 2, "not UTF-8"),
        (b"", 1, "missing"),
    ],
)  # fmt: skip
def test_what_is_no_station_file_is_told_too(content: bytes, line: int, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_bytes(content)
    with pytest.raises(StationError) as caught:
        read_station(file)
    assert caught.value.line == line
    assert problem in caught.value.problem.en


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"nowhere\.toml.*cannot be read"):
        read_station(tmp_path / "nowhere.toml")


def test_a_windows_editor_s_mark_and_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_bytes(b"\xef\xbb\xbf" + BENCH.replace("\n", "\r\n").encode())
    assert read_station(file).name == "Simulated DC voltage bench"


def test_corrections_with_their_uncertainty(tmp_path: Path) -> None:
    corrections = (
        '[instruments.calibrator.corrections]\n"DC voltage" = [\n'
        '  { at = "1 V", correction = "-2 µV", expanded_uncertainty = "5 µV" },\n'
        '  { at = "10 V", correction = "0.01 mV", expanded_uncertainty = "30 µV", k = 2.1 },\n]\n'
        "[instruments.calibrator.drift]\n'DC voltage' = '5 ppm * abs(nominal)'\n"
        '[instruments.calibrator.sharing]\n"certificate" = "common"\n'
    )
    mark = "[instruments.calibrator.certificate]"
    used = BENCH.replace('basis = "specification"', 'basis = "corrections"', 1).replace(mark, corrections + mark)
    asset = read_station(station_of(used, tmp_path)).assets["calibrator"]
    assert asset.basis is Basis.CORRECTIONS
    assert [(each.at, each.correction, each.k) for each in asset.corrections["DC voltage"]] == [
        (Quantity.of(1, "V"), Quantity.of(-2, "µV"), 2.0),
        (Quantity.of(10, "V"), Quantity.of(10, "µV"), 2.1),
    ]
    assert asset.drift == {"DC voltage": "5 ppm * abs(nominal)"}
    assert asset.sharing == {"certificate": "common"}
    misspelt = mistakes_of(used.replace('"certificate" = "common"', '"certification" = "common"'), tmp_path)
    assert ["certificate" in each.text().en for each in misspelt] == [True]
    for before, after, words in (
        ("'DC voltage' = '5 ppm", "'DC volts' = '5 ppm", "has no corrections"),
        ("'5 ppm * abs(nominal)'", "'5 µA'", "gives 5 µA, where 10 V is meant"),
    ):
        (mistake,) = mistakes_of(used.replace(before, after), tmp_path)
        assert words in mistake.problem.en
        assert mistake.where.startswith("instruments.calibrator.drift.")
    wrong = used.replace('"30 µV", k = 2.1', '"-30 µV", k = 0').replace('at = "10 V"', 'at = "1 A"')
    found = {each.where: each.line for each in mistakes_of(wrong, tmp_path)}
    line = used[: used.index('{ at = "10 V"')].count("\n") + 1
    element = 'instruments.calibrator.corrections."DC voltage"[2]'
    assert {f"{element}.at", f"{element}.expanded_uncertainty", f"{element}.k"} <= set(found)
    assert set(found.values()) == {line}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("channel:scanner/10", "channel 10 of scanner has unit1"),
        ("channel:scanner/99", "the channels of scanner are 1, 2"),
        ("channel:scanner/eleven", "channel:scanner/eleven is no channel"),
        ("channel:unit1/1", "unit1 has no channels"),
        ("channel:scaner/11", "scaner is not in this file"),
    ],
)
def test_a_sensor_hangs_on_a_channel_of_its_own(address: str, words: str, tmp_path: Path) -> None:
    """Nothing tells passive sensors apart: two of one channel would have one another's readings."""
    bench = shipped_bench("temperature").read_text("utf-8")
    (mistake,) = mistakes_of(bench.replace("channel:scanner/11", address), tmp_path)
    assert mistake.where == "instruments.unit2.address"
    assert words in mistake.problem.en


def test_addresses_take_the_place_of_simulators() -> None:
    station = simulated_station()
    served = {
        "instruments": [
            {"instrument": "calibrator", "model": "5522A", "endpoints": {"serial": "serial:///dev/pts/3"}},
            {"instrument": "meter", "model": "34465A", "endpoints": {"tcp": "tcp://h:1", "hislip": "hislip://h:2/hislip0"}},
            {"instrument": "room", "model": "PTU300", "endpoints": {"serial": "serial:///dev/pts/4"}},
        ],
        "control": "tcp://127.0.0.1:9",
    }  # fmt: skip
    moved = with_endpoints(station, json.dumps(served))
    assert {key: each.address for key, each in moved.instruments.items()} == {
        "calibrator": "serial:///dev/pts/3", "meter": "hislip://h:2/hislip0", "room": "serial:///dev/pts/4"
    }  # fmt: skip
    assert moved.simulated
    assert with_endpoints(station, served) == moved
    with pytest.raises(UnknownInstrument, match=r"instruments\.meter\.wire"):
        with_endpoints(station, {"instruments": [served["instruments"][0]]})
    with pytest.raises(StationError, match="labctl simulate"):
        with_endpoints(station, "no JSON")


def test_the_last_day_of_a_certificate_still_counts() -> None:
    asset = simulated_station().assets["calibrator"]
    assert asset.certificate is not None
    refuse_expired(asset, asset.certificate.due)
    with pytest.raises(CalibrationExpired, match="SIM-CAL-5522-001 was valid until 2099-12-31, today is 2100-01-01"):
        refuse_expired(asset, date(2100, 1, 1))
    refuse_expired(simulated_station().assets["leads"], date(2100, 1, 1))


def test_lines_are_found_in_every_form_of_toml() -> None:
    text = (
        "a.b = 1 # [x]\n"
        's = """two\n[no.table]\n"""\n'
        "[t.'q.r']\n"
        'x = [\n  { y = 1 },\n  # comment ]\n  { y = \'}]\', z = "\\"" },\n]\n'
        "[[list]]\nk = 1\n[list.sub]\nm = 2\n[[list]]\nk = 3\n"
    )
    lines = lines_of(text)
    assert lines["a", "b"] == 1
    assert lines["t", "q.r"] == 5
    assert lines["t", "q.r", "x", 1, "z"] == 9
    assert lines["list", 0, "sub", "m"] == 14
    assert lines["list", 1, "k"] == 16


def test_the_station_of_the_guide_is_a_station(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "describe-a-station.md").read_text("utf-8")
    text = "\n".join(re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    station = read_station(station_of(text, tmp_path))
    assert not station.simulated
    assert set(station.assets) == {"calibrator", "meter", "room", "leads"}
    assert station.unit_under_test("meter").specification
