"""The project's Markdown pages, their blocks of code and their links."""

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

CHECKOUT = Path(__file__).parents[2]
OURS = ("docs", "drivers", "procedures", "gui", "simulators", "tests")


@frozen
class Block:
    """A fenced block of code: where it stands, the words after its fence, and its text."""

    place: str
    words: tuple[str, ...]
    text: str


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    return sorted([*CHECKOUT.glob("*.md"), *(page for folder in OURS for page in (CHECKOUT / folder).rglob("*.md"))])


def blocks() -> Iterator[Block]:
    """Every fenced block of every page."""
    for page in pages():
        text = page.read_text("utf-8")
        for match in re.finditer(r"^```([^\n`]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, match.start()) + 1
            yield Block(f"{page.relative_to(CHECKOUT)}:{line}", tuple(match[1].split()), match[2])


def prose(page: Path) -> str:
    """A page without its code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """The fragment of every heading, formed as the usual viewers form it."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
