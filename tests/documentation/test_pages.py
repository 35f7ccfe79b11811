"""Links lead somewhere, and blocks of code marked `run` do run."""

import doctest
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.documentation.pages import CHECKOUT, Block, anchors, blocks, pages, prose

BLOCKS = list(blocks())


def of(language: str, *, marked: bool) -> list[Block]:
    return [block for block in BLOCKS if block.words[:1] == (language,) and ("run" in block.words or not marked)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken: list[str] = []
    for link in re.findall(r"\]\(<?([^)\s>]+)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (fragment and there.suffix == ".md" and fragment not in anchors(there)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("block", of("toml", marked=False), ids=lambda block: block.place)
def test_a_toml_block_is_toml(block: Block) -> None:
    tomllib.loads(block.text)


@pytest.mark.parametrize("block", of("python", marked=True), ids=lambda block: block.place)
def test_a_python_block_runs(block: Block) -> None:
    if ">>>" in block.text:
        example = doctest.DocTestParser().get_doctest(block.text, {}, block.place, None, 0)
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example).failed == 0
    else:
        exec(compile(block.text, block.place, "exec"), {"__name__": "page"})  # noqa: S102 - our own documentation


@pytest.mark.parametrize("block", of("console", marked=True), ids=lambda block: block.place)
def test_a_console_block_runs(block: Block, tmp_path: Path) -> None:
    """Each line after a `$` must succeed, in the order of the page, in an empty folder."""
    commands = "\n".join(line[2:] for line in block.text.splitlines() if line.startswith("$ "))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": programs,
        "LABCTL_DATA": str(tmp_path / "data"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    ran = subprocess.run(
        ["bash", "-euc", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_readme_gives_the_two_commands() -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    assert "python3 bootstrap.py demo" in readme
    assert "python3 bootstrap.py test" in readme
    assert "python3 bootstrap.py test" in (CHECKOUT / ".ci" / "run").read_text("utf-8")
