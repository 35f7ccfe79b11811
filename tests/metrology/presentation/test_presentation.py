"""A budget as CSV, JSON, HTML and picture: all digits for programs, escaped words for people."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from labctl.language import Language, Text
from labctl.metrology.budget import Budget
from labctl.metrology.distributions import Normal, Rectangular
from labctl.metrology.effects import Contribution, Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.presentation.pareto import as_svg
from labctl.metrology.presentation.records import plain_budget
from labctl.metrology.presentation.sources import by_source
from labctl.metrology.presentation.spreadsheet import as_csv
from labctl.metrology.presentation.webpage import as_html
from labctl.metrology.units import parse_unit


@pytest.fixture
def budget() -> Budget:
    """A result a + b − c + d with r(a, b) = 0.5 and r(b, c) = 0.8: the share of b is negative."""
    volt = parse_unit("V")

    def contribution(name: str, u: float, source: str, *, bounded: bool = False) -> Contribution:
        words = Text(f"<{name}> & more", zh=f"<{name}> 等")
        of = Rectangular(u * 3**0.5) if bounded else Normal(u)
        return Contribution(effect=EffectId("", name), description=words, distribution=of, source=source)

    given = {
        "a": contribution("a", 3.0, "=certificate"),
        "b": contribution("b", 1.0, "readings"),
        "c": contribution("c", 4.0, "readings"),
        "d": contribution("d", 0.5, "", bounded=True),
    }
    inputs = {name: Input.of(name, volt, [1.0], each) for name, each in given.items()}
    a, b, c = (EffectId("", name) for name in "abc")
    batch = evaluate(
        Equations("y = a + b - c + d"),
        inputs,
        points=1,
        correlations=[Correlation(a, b, 0.5), Correlation(b, c, 0.8)],
    )
    return batch.budget("y", 0)


def test_shares_add_up_to_one_hundred_with_correlation_too(budget: Budget) -> None:
    variance = 9 + 1 + 16 + 0.25 + 2 * 0.5 * 3 - 2 * 0.8 * 4
    assert budget.u == pytest.approx(variance**0.5)
    assert sum(row.percent for row in budget.rows) == pytest.approx(100)
    shares = by_source(budget)
    assert [each.source.en for each in shares] == ["readings", "=certificate", "(no source stated)"]
    assert sum(each.percent for each in shares) == pytest.approx(100)
    assert sum(each.u * abs(each.u) for each in shares) == pytest.approx(variance)
    assert any(row.percent < 0 for row in budget.rows)


def test_csv_keeps_every_digit_and_no_formula(budget: Budget) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([budget]))))
    assert [row["symbol"] for row in rows] == ["a", "b", "c", "d", "y"]
    assert float(rows[-1]["u"]) == budget.u
    assert float(rows[3]["stated"]) == budget.rows[3].stated
    assert rows[0]["source"] == "'=certificate"
    assert rows[0]["dof"] == "inf"
    assert "不确定度来源" in as_csv([budget], Language.CHINESE).splitlines()[0]


def test_json_holds_the_whole_budget(budget: Budget) -> None:
    found = json.loads(json.dumps(plain_budget(budget), allow_nan=False))
    assert found["U"] == budget.expanded
    assert found["dof"] == "inf"
    assert [row["percent"] for row in found["rows"]] == [row.percent for row in budget.rows]


@pytest.mark.parametrize("language", list(Language))
def test_the_page_stands_alone_and_is_escaped(budget: Budget, language: Language) -> None:
    page = as_html([budget], language, title="<script>alert(1)</script>", notes=[Text("a < b", zh="a < b")])
    assert "<script" not in page
    assert "&lt;a&gt;" in page
    assert "src=" not in page
    assert "href=" not in page
    assert ("不确定度来源" in page) is (language is Language.CHINESE)
    body = page.removeprefix("<!DOCTYPE html>").replace('<meta charset="utf-8">', "")
    assert ET.fromstring(body).tag == "html"  # noqa: S314 - our own page


def test_the_plot_shows_the_largest_first(budget: Budget) -> None:
    picture = ET.fromstring(as_svg([budget, budget]))  # noqa: S314 - our own picture
    space = "{http://www.w3.org/2000/svg}"
    bars = [float(each.get("width", "0")) for each in picture.iter(f"{space}rect")][1:]
    assert len(bars) == 8
    assert bars[:4] == sorted(bars[:4], reverse=True)
    colours = {each.get("fill") for each in picture.iter(f"{space}rect")}
    assert len(colours) == 3, "background, shares, and the negative share"
