"""The tree of errors is drawn as it is, and every sentence can be spoken from the facts of its error."""

import re
from string import Formatter

import pytest
from attrs import fields

from labctl import errors
from labctl.errors import LabctlError
from labctl.language import Language


def family(error: type[LabctlError]) -> list[type[LabctlError]]:
    children = [each for each in error.__subclasses__() if each.__module__ == errors.__name__]
    return [error, *(member for child in children for member in family(child))]


ERRORS = family(LabctlError)


def drawn(error: type[LabctlError], indent: str = "") -> list[str]:
    children = [each for each in error.__subclasses__() if each.__module__ == errors.__name__]
    lines: list[str] = []
    for child in children:
        last = child is children[-1]
        lines.append(f"{indent}{'`-' if last else '|-'} {child.__name__}")
        lines += drawn(child, indent + ("   " if last else "|  "))
    return lines


def test_the_drawing_shows_the_tree() -> None:
    drawing = [line[4:] for line in (errors.__doc__ or "").splitlines() if re.match(r"    [|`L ]", line)]
    expected = ["LabctlError", *drawn(LabctlError)]
    assert drawing == expected, "draw it so:\n" + "\n".join("    " + line for line in expected)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_a_sentence_needs_only_facts_that_the_error_has(error: type[LabctlError]) -> None:
    facts = {each.name for each in fields(error)}
    for language in Language:
        needed = {name for _, name, _, _ in Formatter().parse(error.said.within(language)) if name}
        assert needed <= facts


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_is_documented_and_speaks_chinese(error: type[LabctlError]) -> None:
    assert error.__doc__
    assert re.search(r"[\u4e00-\u9fff]|^\W*(\{\w+[^}]*\}\W*)+$", error.said.zh)
