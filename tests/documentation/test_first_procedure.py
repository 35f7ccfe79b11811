"""The tutorial's method comes of the tutorial's own blocks, in order, in an empty folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.documentation.pages import Block, blocks

PAGE = "docs/tutorial/first-procedure.md:"
SKIPPED = "…"  # a line that stands for any number of lines


def steps() -> Iterator[Block]:
    """Every block that is a file, a part of one, or a command; the others are to be read."""
    for block in blocks():
        if block.place.startswith(PAGE) and len(block.words) > 1:
            yield block


def test_the_blocks_make_a_method_that_is_checked_carried_out_and_held_against_the_truth(tmp_path: Path) -> None:
    done: list[str] = []
    for block in steps():
        if block.words[1] == "step":
            done += carry_out(block, tmp_path)
        else:
            write(block, tmp_path)
    verbs = [" ".join(each.split()[:2]) for each in done]
    for verb in ("labctl check", "labctl simulate-run", "labctl verify", "labctl validate", "pytest -q"):
        assert verb in verbs
    assert verbs.index("labctl check") < verbs.index("labctl simulate-run") < verbs.index("labctl validate")


def write(block: Block, folder: Path) -> None:
    """Write a file, add to it (`more`), or put lines in the place of others (`diff`)."""
    file = folder / block.words[1]
    if block.words[0] == "diff":
        lines = block.text.splitlines(keepends=True)
        old, new = ("".join(each[1:] for each in lines if each[0] == sign) for sign in "-+")
        before = file.read_text("utf-8")
        assert before.count(old) == 1, f"{block.place}: these lines do not stand there once"
        file.write_text(before.replace(old, new), "utf-8")
    elif "more" in block.words:
        file.write_text(f"{file.read_text('utf-8')}\n\n{block.text}", "utf-8")
    else:
        file.write_text(block.text, "utf-8")


def carry_out(block: Block, folder: Path) -> list[str]:
    """Carry out the commands of a block; what it shows of their answer must be said, in that order."""
    lines = block.text.splitlines()
    commands = [line[2:] for line in lines if line.startswith("$ ")]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_") and key != "CI"}
    ran = subprocess.run(
        ["bash", "-euc", "\n".join(commands)],
        cwd=folder,
        env={**kept, "PATH": programs, "LABCTL_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert (ran.returncode != 0) == ("fails" in block.words), f"{block.place}\n{said}"
    rest = [" ".join(line.split()) for line in said.splitlines()]
    for shown in (" ".join(line.split()) for line in lines if not line.startswith("$ ") and line != SKIPPED):
        place = next((n for n, line in enumerate(rest) if shown in line), None)
        assert place is not None, f"{block.place}: {shown!r} is not said\n{said}"
        rest = rest[place + 1 :]
    return commands
