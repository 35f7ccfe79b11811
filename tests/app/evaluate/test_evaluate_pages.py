"""The calculations printed in the documentation run, and give what the page beside them says."""

import ast
import re
from pathlib import Path

import pytest

import labctl.app.evaluate
from labctl.app.evaluate.calculation import calculation
from labctl.app.evaluate.page import parse_page
from labctl.app.evaluate.report import Report, evaluate_calculation
from tests.documentation.pages import CHECKOUT, blocks

REFERENCE = CHECKOUT / "docs" / "reference" / "evaluate-file.md"
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")


def printed(page: str) -> list[Report]:
    """Every calculation of a page, evaluated."""
    found = [each.text for each in blocks() if each.place.startswith(f"docs/{page}") and "[model]" in each.text]
    return [evaluate_calculation(calculation(parse_page(text.encode(), f"{page}.toml"))) for text in found]


def test_the_three_examples_give_the_published_figures() -> None:
    gauge, meter, impedance = printed("explanation/uncertainty.md")
    length = gauge.budgets["l"]
    assert length.value == 50000838
    assert length.u == pytest.approx(31.66388, rel=1e-6)  # printed: 32
    assert length.dof == pytest.approx(16.75, abs=0.005)  # printed: 16
    assert length.expanded == pytest.approx(91.94, abs=0.005)  # printed with whole degrees of freedom: 93
    assert {each.code for each in gauge.batch.warnings} == {"curved"}
    error = meter.budgets["E"]
    assert (round(error.value, 9), round(error.u, 4), round(error.k, 2)) == (0.1, 0.0296, 1.96)
    assert "dominant-rectangle" in {each.code for each in meter.batch.warnings}
    figures = [(round(each.value, 3), round(each.u, 3)) for each in impedance.budgets.values()]
    assert figures == [(127.732, 0.071), (219.847, 0.296), (254.26, 0.236)]
    assert [each.dof for each in impedance.budgets.values()] == pytest.approx([4, 4, 4])


def test_a_dominant_rectangle_takes_its_own_k() -> None:
    text = next(each.text for each in blocks() if "d_ind" in each.text and each.place.startswith("docs/explanation"))
    report = evaluate_calculation(calculation(parse_page(f"{text}dominant = true\n".encode(), "meter.toml")))
    assert report.budgets["E"].k == pytest.approx(1.65, abs=0.005)


@pytest.mark.parametrize("page", ["reference/evaluate-file.md", "how-to/evaluate-an-uncertainty.md"])
def test_the_other_calculations_run(page: str) -> None:
    reports = printed(page)
    assert reports
    assert all(budget.u > 0 for report in reports for budget in report.budgets.values())


def test_codes_of_files_and_documentation_agree() -> None:
    """A code is documented where it is raised: those of the engine on the engine's page."""
    raised: set[str] = set()
    for file in Path(labctl.app.evaluate.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                raised.add(node.value)
    raised -= {"utf-8", "utf-8-sig"}
    rows = [line.split("|")[1] for line in REFERENCE.read_text("utf-8").splitlines() if line.startswith("| `")]
    here = {code for row in rows for code in re.findall(r"`([a-z0-9-]+)`", row) if "-" in code and code[0] != "-"}
    engine = (CHECKOUT / "docs" / "explanation" / "uncertainty.md").read_text("utf-8")
    assert raised - here <= set(re.findall(r"`([a-z0-9-]+)`", engine))
    choices = {"unknown-distribution", "unknown-evaluation", "unknown-sharing"}  # composed of the field's name
    assert here - raised <= choices
