"""The worked example in a method's folder is what its simulated bench gives today."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from labctl.app.methods import installed_methods
from labctl.app.procedures import find_procedure

WRITER = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "write_examples.py"))
EXAMPLE: Callable[[str], str] = WRITER["example"]
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


@pytest.mark.parametrize("method", [each.name for each in installed_methods()])
def test_the_example_of_a_method_is_what_its_bench_gives(method: str) -> None:
    """Words and rows are the same, numbers to their last printed digit, which processors may round apart."""
    written = (find_procedure(method).folder / WRITER["FILE"]).read_text("utf-8")
    found = EXAMPLE(method)
    assert NUMBER.sub("#", found) == NUMBER.sub("#", written)
    told, kept = ([float(each) for each in NUMBER.findall(text)] for text in (found, written))
    assert told == pytest.approx(kept, rel=1e-5, abs=1e-12)
