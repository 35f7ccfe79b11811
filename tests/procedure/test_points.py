"""Point files: what they give, and the sentence for every mistake in them."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl.errors import ProcedureError
from labctl.events.kinds import PlannedPoint
from labctl.language import Language
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.load import load_folder
from labctl.procedure.plan import plan
from labctl.procedure.points import parse_points
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD
from tests.procedure.journals import meter

MISTAKES = [
    (
        "range [V], nominal [volts]\n1, 1\n",
        "p.csv, line 1, column nominal: unknown unit 'volts'",
        "p.csv, line 1, column nominal：未知单位 'volts'",
    ),
    (
        "range [V], readings\neach, ten\n",
        "p.csv, line 2, column readings: 'ten' is no whole number from 1 to 1000000. Write how many, for example 10",
        "p.csv, line 2, column readings：'ten' 不是1 至 1000000 的整数。请写次数，如 10",
    ),
    (
        "range [V], readings\neach, 2.5\n",
        "p.csv, line 2, column readings: '2.5' is no whole number from 1 to 1000000",
        "p.csv, line 2, column readings：'2.5' 不是1 至 1000000 的整数",
    ),
    (
        "range [V], nominal [V]\n# a source\neach, 5 V\n",
        "p.csv, line 3, column nominal: '5 V' is no number. Write a plain number, its unit stands in the header",
        "p.csv, line 3, column nominal：'5 V' 不是数。请只写数，单位写在表头",
    ),
    (
        "range [V], nominal [V]\nbest, 1\n",
        "p.csv, line 2, column range: 'best' is no range.",
        "p.csv, line 2, column range：'best' 不是量程。",
    ),
    (
        "range [V], nominal [V]\neach\n",
        "p.csv, line 2: 1 values, the header has 2 columns. Give one value for each column",
        "p.csv, line 2：有 1 个值，表头有 2 列。请为每列各给一个值",
    ),
    (
        "nominal [V], nominal [V]\n1, 1\n",
        "p.csv, line 1, column nominal: stands here twice. Remove or rename one of the two columns",
        "p.csv, line 1, column nominal：重复。请删除或重命名其中一列",
    ),
    (
        "nominal [range]\n1\n",
        "p.csv, line 1, column nominal: is a fraction of the range, but no column gives the range.",
        "p.csv, line 1, column nominal：为量程的分数，但没有量程列。请添加列 range [V]",
    ),
    (
        "no-minal\n1\n",
        "p.csv, line 1, column no-minal: is no column title. Write a name, with its unit in brackets",
        "p.csv, line 1, column no-minal：不是有效的列标题。请写列名",
    ),
    (
        "# only a source\nnominal [V]\n",
        "p.csv, line 2: holds no points. Add a row",
        "p.csv, line 2：没有校准点。请在表头下",
    ),
    (
        'nominal [V]\n"1\n',
        "p.csv, line 2: is no CSV (unexpected end of data). Save it as CSV",
        "p.csv, line 2：不是有效的 CSV",
    ),
]


@pytest.mark.parametrize(("text", "english", "chinese"), MISTAKES, ids=[each[1][:60] for each in MISTAKES])
def test_every_mistake_has_its_place_and_remedy(text: str, english: str, chinese: str) -> None:
    with pytest.raises(ProcedureError) as refused:
        parse_points(text, "p.csv")
    assert refused.value.within(Language.ENGLISH).startswith(english)
    assert refused.value.within(Language.CHINESE).startswith(chinese)


CELLS = st.one_of(
    st.sampled_from(
        ["1", "each", "1e400", "1e999999999", "-0", "NaN", "", "\uff11", "1,5", '"', "1_0", "½", "\0", "\u2028"]
    ),
    st.text(max_size=6),
    st.floats().map(str),
)
TITLES = st.one_of(
    st.sampled_from(
        ["nominal [V]", "nominal [range]", "range [V]", "repeats", "x []", "x [m^999999]", "mpe [°C]", "kind"]
    ),
    st.text(max_size=12),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    st.lists(TITLES, max_size=4),
    st.lists(st.lists(CELLS, max_size=4), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)
def test_whatever_stands_in_a_file_is_read_or_refused_in_both_languages(
    titles: list[str], rows: list[list[str]], end: str
) -> None:
    text = end.join(", ".join(each) for each in (["# from nowhere"], titles, *rows))
    refusal: ProcedureError | None = None
    try:
        table = parse_points(text, "p.csv")
    except ProcedureError as refused:
        refusal = refused
    else:
        assert table.rows
        assert all(len(each.cells) == len(table.headings) for each in table.rows)
    assert refusal is None or refusal.where.startswith("p.csv, line ")
    assert refusal is None or refusal.within(Language.CHINESE)


def test_source_lines_are_kept() -> None:
    table = parse_points("# JJF 1587, unconfirmed\n#  second\nnominal [V]\n1\n", "p.csv")
    assert table.sources == ("JJF 1587, unconfirmed", "second")


def write(folder: Path, points: str) -> None:
    (folder / "points").mkdir(exist_ok=True)
    (folder / "points" / "Keysight 34465A.csv").write_text(points, "utf-8")


Planned = Callable[[str], tuple[PlannedPoint, ...]]


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """Plan the section DC voltage of the bundled procedure with other points, given as the unit type's own."""
    copytree(METHOD.folder, tmp_path / "p", ignore=ignore_patterns("__pycache__"))

    def made(points: str) -> tuple[PlannedPoint, ...]:
        write(tmp_path / "p", points)
        return plan(load_folder(tmp_path / "p"), meter())[1].points

    return made


def test_fractions_of_a_range_are_exact_decimals(planned: Planned) -> None:
    nominals = {point.columns["nominal"] for point in planned("range [V], nominal [range], readings\neach, 0.3, 10\n")}
    assert nominals == {parse_quantity(each) for each in ("0.03 V", "0.3 V", "3 V", "30 V", "300 V")}


def test_rows_with_a_written_range_stay_in_their_order(planned: Planned) -> None:
    points = planned("range [V], nominal [V], readings\n10, 5, 10\n1, 0.5, 10\n10, 5, 10\n")
    assert [point.key for point in points] == ["10 V, 5 V", "1 V, 0.5 V", "10 V, 5 V #2"]


def test_mpe_of_the_points_goes_before_that_of_the_type(planned: Planned) -> None:
    (point,) = planned("range [V], nominal [V], readings, mpe [mV]\n10, 5, 10, 3\n")
    assert point.columns["mpe"] == Quantity.of(3, "mV")


def test_mpe_of_the_type_at_the_range_in_use(planned: Planned) -> None:
    """By hand: 35 ppm x 10 V + 5 ppm x 10 V = 400 µV."""
    (point,) = planned("range [V], nominal [V], readings\n10, 10, 10\n")
    assert point.columns["mpe"] == Quantity.of(400, "µV")


def test_a_point_beyond_the_units_specification_is_refused_with_its_line(planned: Planned) -> None:
    with pytest.raises(ProcedureError, match=r"points/Keysight 34465A\.csv, line 2, column nominal: .*1200 V"):
        planned("range [V], nominal [V], readings\n1000, 1200, 10\n")


def test_each_needs_the_units_ranges() -> None:
    with pytest.raises(ProcedureError, match="Keysight 34465A has no DC voltage ranges on record"):
        plan(METHOD, evolve(meter(), ranges={}))
