import re

from attrs import evolve
from lxml import etree

from labctl.certificate.plot import MOST, plots_of
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import SectionResult
from tests.certificate.records import point, record, zero


def section(*points: tuple[float, float, float]) -> SectionResult:
    return evolve(record().sections[1], points=tuple(point(top, share, wrong=wrong) for top, share, wrong in points))


def dots(svg: str) -> list[tuple[float, float]]:
    root = etree.fromstring(svg.encode())
    return [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in root.iter("{*}circle")]


def test_an_error_of_half_its_limit_stands_halfway_between_zero_and_limit_in_every_range() -> None:
    made = section((0.1, 0.5, 0.5), (10.0, 0.5, 0.5), (1000.0, 0.5, 0.5))
    (plot,) = plots_of(made.title, made)
    heights = {round(y, 1) for _, y in dots(plot.svg)}
    zeros = [float(y) for y in re.findall(r'y1="([\d.]+)"[^>]*stroke="#9a9a9a" stroke-width="0.4"', plot.svg)]
    assert len(heights) == 1
    assert round(zeros[2], 1) in heights  # −50 %, 0, +50 %


def test_an_error_far_beyond_its_limit_is_still_on_the_picture() -> None:
    made = section((10.0, 0.5, 7.3), (10.0, -0.5, 0.1))
    (plot,) = plots_of(made.title, made)
    assert all(24 <= y <= 194 for _, y in dots(plot.svg))


def test_many_points_are_spread_over_several_pictures() -> None:
    made = section(*[(10.0, 0.01 + i / 200, 0.3) for i in range(2 * MOST + 1)])
    assert [len(dots(each.svg)) for each in plots_of(made.title, made)] == [MOST, MOST, 1]


def test_a_section_without_limits_or_without_nominal_values_has_no_plot() -> None:
    made = record().sections[0]
    assert plots_of(made.title, made) == ()
    assert plots_of(made.title, evolve(made, points=(zero(1.0),))) == ()


def test_points_of_one_nominal_value_are_told_apart_by_their_frequency_and_a_single_point_is_no_picture() -> None:
    made = record().sections[1]
    at = [
        evolve(each, columns={**each.columns, "frequency": Quantity.of(hertz, "Hz")})
        for each, hertz in zip(made.points[:2], (50, 20000), strict=True)
    ]
    (plot,) = plots_of(made.title, evolve(made, points=tuple(at)))
    assert ">50 Hz<" in plot.svg
    assert ">20 kHz<" in plot.svg
    assert plots_of(made.title, evolve(made, points=made.points[:1])) == ()
