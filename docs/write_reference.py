"""Write the pages under docs/reference from the docstrings, so that code and page cannot part.

Run `python docs/write_reference.py` after a change to an error, an event or a capability; a test compares.
"""

import inspect
import re
from pathlib import Path
from typing import get_args

from attrs import fields

from labctl import errors
from labctl.events import kinds
from labctl.instruments import capabilities

FOLDER = Path(__file__).resolve().parent / "reference"


def main() -> None:
    """Write every page."""
    for name, page in pages().items():
        (FOLDER / name).write_text(page, "utf-8")


def pages() -> dict[str, str]:
    """Return the text of every generated page by file name."""
    return {"capabilities.md": capability_page(), "errors.md": error_page(), "events.md": event_page()}


def error_page() -> str:
    """Return a paragraph for every error, with its sentence in both languages."""
    lines = [
        "# Errors",
        "",
        "Every error that labctl raises on purpose, and the sentence a person reads.",
        "Words in braces are facts of the error; a program reads them as attributes.",
        "",
    ]
    for error in error_classes():
        lines += [f"## {error.__name__}", "", paragraph(error), ""]
        parent = error.__mro__[1]
        if issubclass(parent, errors.LabctlError):
            lines += [f"A kind of [{parent.__name__}](#{parent.__name__.lower()}).", ""]
        lines += [f"> {error.said.en}", ">", f"> {error.said.zh}", ""]
    return finished(lines)


def event_page() -> str:
    """Return a paragraph for every event, with its facts."""
    lines = [
        "# Events",
        "",
        "A run is the list of its events, in the order in which they became durable. The set is closed.",
        "",
    ]
    for event in get_args(kinds.Event):
        lines += [f"## {event.__name__}", "", paragraph(event), ""]
        lines += [f"- `{each.name}`: `{shown(each.type)}`" for each in fields(event)] + [""]
    return finished(lines)


def capability_page() -> str:
    """Return a paragraph for every capability, with its methods."""
    lines = ["# Capabilities", "", "What can be asked of an instrument; a procedure sees nothing else of it.", ""]
    for capability in capability_classes():
        lines += [f"## {capability.__name__}", "", paragraph(capability), ""]
        for name, method in vars(capability).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                lines.append(f"- `{name}{signature(method)}`: {paragraph(method)}")
        builds_on = [each.__name__ for each in capability.__bases__ if each in capability_classes()]
        lines += ["", f"With all of {', '.join(builds_on)}.", ""] if builds_on else [""]
    return finished(lines)


def error_classes() -> list[type[errors.LabctlError]]:
    """Return every error class, each parent before its children."""

    def family(error: type[errors.LabctlError]) -> list[type[errors.LabctlError]]:
        children = [each for each in error.__subclasses__() if each.__module__ == errors.__name__]
        return [error, *(member for child in children for member in family(child))]

    return family(errors.LabctlError)


def capability_classes() -> list[type]:
    """Return every Protocol among the capabilities, by name."""
    named = (getattr(capabilities, each) for each in sorted(capabilities.__all__))
    return [each for each in named if inspect.isclass(each) and getattr(each, "_is_protocol", False)]


def paragraph(documented: object) -> str:
    """Return a docstring as one paragraph of Markdown."""
    return " ".join((inspect.getdoc(documented) or "").split())


def signature(method: object) -> str:
    """Return the parameters of a method without `self` and without the modules of types."""
    if not callable(method):
        return ""
    described = inspect.signature(method)
    parameters = [f"{name}: {shown(each.annotation)}" for name, each in described.parameters.items() if name != "self"]
    return f"({', '.join(parameters)}) -> {shown(described.return_annotation)}"


def shown(annotation: object) -> str:
    """Return a type as its author wrote it, without modules.

    >>> shown(dict[str, int])
    'dict[str, int]'
    """
    text = annotation.__name__ if inspect.isclass(annotation) and not get_args(annotation) else str(annotation)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", text).replace("NoneType", "None")


def finished(lines: list[str]) -> str:
    """Join lines into a page that ends with one line feed."""
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    main()
