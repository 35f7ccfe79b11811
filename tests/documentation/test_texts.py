"""Everything that a person reads exists in English and in Chinese, and both name the same facts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from labctl.language import Text
from labctl.packs import procedures
from labctl.procedure.procedure import Procedure
from labctl.procedure.sources import Constant, Effect

CHECKOUT = Path(__file__).parents[2]
SOURCES = ("labctl", "drivers", "procedures", "gui", "simulators")
METHODS = [each for _, each in sorted(procedures().found.items())]
DOCUMENT = re.compile(r"(JJ[GF]|HJ|GB/T|IEC|OIML) [-D. 0-9:]+")


def test_every_text_has_its_chinese_words() -> None:
    missing = [place for place, call in texts() if not has_chinese(call)]
    assert not missing, "these texts have no zh=:\n" + "\n".join(missing)


def test_both_languages_name_the_same_facts() -> None:
    apart = [
        f"{place}: {placeholders(english)} is not {placeholders(chinese)}"
        for place, call in texts()
        if (english := constant(call.args[0] if call.args else None)) is not None
        and (chinese := constant(chinese_of(call)))
        and placeholders(english) != placeholders(chinese)
    ]
    assert not apart, "these texts differ in their placeholders:\n" + "\n".join(apart)


def texts() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `Text`, with its file and line."""
    for folder in SOURCES:
        for file in sorted((CHECKOUT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                    yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", node


def has_chinese(call: ast.Call) -> bool:
    """An empty text needs no translation; all others need words, or an expression that makes them."""
    english, chinese = constant(call.args[0] if call.args else None), chinese_of(call)
    return english == "" or (chinese is not None and constant(chinese) != "")


def chinese_of(call: ast.Call) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == "zh"), None)


def constant(expression: ast.expr | None) -> str | None:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    return None


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.name)
def test_every_source_of_a_method_is_said_in_chinese(method: Procedure) -> None:
    """A document has one name in both languages; an estimate, or that nobody confirmed a figure, has not."""
    found = [each for each in sources_of(method) if each.en]
    untold = [each.en for each in found if not DOCUMENT.fullmatch(each.en) and not chinese(each.zh)]
    assert not untold, f"these sources have no zh=: {untold}"


def sources_of(procedure: Procedure) -> Iterator[Text]:
    """Every place where a figure of a method is said to stand."""
    models = [*(each.model for each in procedure.sections), *(each.model for each in procedure.reductions)]
    for each in (source for model in models for source in model.sources.values()):
        if isinstance(each, Effect | Constant):
            yield each.source
    yield from (each.source for each in procedure.requirements)
    yield from (each.source for each in procedure.checks)
    yield from (each.source for each in procedure.inspections)


def chinese(words: str) -> bool:
    return any("\u4e00" <= each <= "\u9fff" for each in words)
