"""What a command says, and to whom: answers to the output, everything else to the error output."""

import json
import sys
from pathlib import Path

FINE, FOUND, USAGE, REFUSED, FAILED, DIFFERENT, NOT_VERIFIABLE = 0, 1, 2, 3, 4, 5, 6
"""Exit statuses, as `labctl --help` explains them."""


def say(line: str) -> None:
    """Tell the person at the terminal, beside the command's own answer."""
    print(line, file=sys.stderr, flush=True)


def ask(question: str) -> str:
    """Put a question to the person at the terminal and return the line that comes."""
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def complain(sentence: str) -> None:
    """Say what went wrong."""
    print(f"labctl: {sentence}", file=sys.stderr)


def put(text: str) -> None:
    """Give the command's answer as text."""
    print(text, flush=True)


def put_json(answer: object) -> None:
    """Give the command's answer as one line of JSON."""
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def text_of(path: Path | None) -> str:
    """Return what stands in a file that was named; empty where none was."""
    return path.read_text(encoding="utf-8").strip() if path is not None else ""
