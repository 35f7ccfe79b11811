"""Every code that metrology refuses or cautions with has a line in the documentation, and no line is without code."""

import ast
import re
from pathlib import Path

import labctl.metrology

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "uncertainty.md"
CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")
RAISERS = {"UncertaintyError", "ModelError", "_refusal", "_warn", "refused", "Caution"}


def codes_of(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            placed = node.args[1:2] if name == "refused" else node.args[:3]
            given = [*(each.value for each in node.keywords if each.arg == "code"), *placed]
            words = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if name in RAISERS:
                found.update(word for word in words if CODE.fullmatch(word))
    return found


def test_codes_and_documentation_agree() -> None:
    folder = Path(labctl.metrology.__file__).parent
    raised = set[str]().union(*(codes_of(path.read_text("utf-8")) for path in folder.rglob("*.py")))
    rows = [line.split("|")[1] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    documented = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert raised == documented
