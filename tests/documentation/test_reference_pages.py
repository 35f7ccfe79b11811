"""Every error, event and capability has its paragraph, and the pages say what the docstrings say."""

import runpy
from pathlib import Path
from typing import get_args

import pytest

from labctl.events import kinds
from labctl.metrology.functions import FUNCTIONS

DOCS = Path(__file__).parents[2] / "docs"
WRITER = runpy.run_path(str(DOCS / "write_reference.py"))
PAGES: dict[str, str] = WRITER["pages"]()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_what_the_docstrings_say(name: str) -> None:
    page = DOCS / "reference" / name
    assert page.exists(), "run: python docs/write_reference.py"
    assert page.read_text("utf-8") == PAGES[name], "run: python docs/write_reference.py"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_heading_stands_without_a_paragraph(name: str) -> None:
    lines = PAGES[name].splitlines()
    bare = [line for line, below in zip(lines, lines[2:], strict=False) if line.startswith("## ") and not below]
    assert not bare


def test_every_function_of_a_model_stands_in_the_reference() -> None:
    page = (DOCS / "reference" / "procedure-language.md").read_text("utf-8")
    assert not [name for name in FUNCTIONS if f"`{name.partition('(')[0]}`" not in page]


def test_every_event_class_is_in_the_closed_set() -> None:
    named = {event.__name__ for event in get_args(kinds.Event)}
    with_time = {
        name
        for name, each in vars(kinds).items()
        if isinstance(each, type) and "at" in getattr(each, "__annotations__", {})
    }
    assert with_time <= named
