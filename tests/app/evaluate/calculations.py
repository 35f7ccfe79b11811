"""Files for `labctl evaluate`, the command run on them, and its answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from labctl.cli import main

EXAMPLES = Path(__file__).parents[3] / "labctl" / "app" / "evaluate" / "examples"
REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "uncertainty"


def answer(capsys: pytest.CaptureFixture[str], file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the JSON of one call."""
    status = main(["evaluate", str(file), "--json", *options])
    return status, json.loads(capsys.readouterr().out)


def written(folder: Path, text: str, name: str = "calculation.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def plain(inputs: str = "[inputs.a]\nvalue = 1\nu = 0.1\n", model: str = 'y = "a"') -> str:
    return f"{inputs}\n[model]\n{model}\n"
