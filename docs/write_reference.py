"""Write the pages under docs/reference from the docstrings, so that code and page cannot part.

Run `python docs/write_reference.py` after a change to an error, an event, a capability or an instrument; a test
compares.
"""

import inspect
import re
from pathlib import Path
from typing import get_args

from attrs import fields

from labctl import errors
from labctl.app.installed import InstalledDriver, installed
from labctl.app.readable import readable
from labctl.events import kinds
from labctl.instruments import capabilities

FOLDER = Path(__file__).resolve().parent / "reference"


def main() -> None:
    """Write every page."""
    for name, page in pages().items():
        (FOLDER / name).write_text(page, "utf-8")


def pages() -> dict[str, str]:
    """Return the text of every generated page by file name."""
    return {
        "capabilities.md": capability_page(),
        "errors.md": error_page(),
        "events.md": event_page(),
        "instruments.md": instrument_page(),
    }


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


def instrument_page() -> str:
    """Return a paragraph for every model: wires, capabilities, limits, safe state, and what its facts rest on."""
    found = installed().drivers
    lines = [
        "# Instruments",
        "",
        "The models that this installation drives, each with a simulator that speaks the same bytes on the same wires.",
        "**[K]** marks those of which something comes from memory or a secondary source, as its paragraph says: hold",
        "it against the manual before you rely on it.",
        "",
        "| model | wires | safe state | watchdog | unconfirmed |",
        "|---|---|---|---|---|",
    ]
    for each in found:
        wires = ", ".join(each.simulator.wires) if each.simulator is not None else "—"
        safe = "yes" if each.kind.safe is not None else "—"
        watchdog = f"{each.kind.watchdog:g} s" if each.kind.watchdog is not None else "—"
        unconfirmed = "[K]" if re.search(r"\[K\]|memory|not confirmed|no printed|public", sources(each)) else "—"
        lines.append(f"| [{each.key}](#{anchor(each.key)}) | {wires} | {safe} | {watchdog} | {unconfirmed} |")
    lines.append("")
    for each in found:
        lines += [f"## {each.key}", "", f"{each.title}. {sources(each)}".strip(), ""]
        lines += [f"- can: {one.short}" for one in each.abilities]
        lines += [f"- limit: {name} {limit.text}" for name, limit in each.kind.limits.items()]
        if each.kind.safe is not None:
            lines.append(f"- safe state: {', '.join(f'`{readable(one)}`' for one in each.kind.safe.commands)}")
        if each.simulator is not None and {"serial", "modbus+rtu"} & set(each.simulator.wires):
            lines.append(f"- serial port as delivered: `{each.simulator.line}`")
        lines.append("")
    return finished(lines)


def sources(instrument: InstalledDriver) -> str:
    """Return what the module of a driver says beside its first sentence: sources, traps, what is not confirmed."""
    documented = inspect.getdoc(inspect.getmodule(instrument.kind)) or ""
    return " ".join(documented.partition("\n\n")[2].split())


def anchor(heading: str) -> str:
    """Return how a heading is linked to.

    >>> anchor("fluke/5522A"), anchor("manual/weather station")
    ('fluke5522a', 'manualweather-station')
    """
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


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
