"""Where in its file a declaration stands, so that a finding can name the line."""

import ast
from typing import Final

from labctl.procedure.declared import Reduction
from labctl.procedure.load import FILE
from labctl.procedure.procedure import Procedure, Section

_TITLES: Final = ("title", "section")
"""Names of the first argument of a declaration, where it is written out."""


class Lines:
    """The lines of a procedure's file on which its declarations and models begin."""

    def __init__(self, procedure: Procedure) -> None:
        """Read the file; a procedure without sections has none."""
        text = procedure.files.get(FILE, b"").decode("utf-8-sig", "replace") if procedure.sections else ""
        self.tree = ast.parse(text)
        self._declared: dict[tuple[str, str], ast.Call] = {}
        self._assigned: dict[str, ast.expr] = {}
        self._space = procedure.sections[0].function.__globals__ if procedure.sections else {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=word)):
                    self._declared.setdefault((word, _title(node)), node)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assigned.setdefault(name, value)
                case _:
                    pass

    def declared(self, word: str, title: str) -> int:
        """Return the line of `METHOD.word("title", …)`; 0 where it is not written out."""
        found = self._declared.get((word, title))
        return found.lineno if found is not None else 0

    def head(self) -> int:
        """Return the line of `Procedure(…)`."""
        return next((each.lineno for each in self._assigned.values() if _called(each) == "Procedure"), 0)

    def model(self, target: Section | Reduction, symbol: str = "") -> int:
        """Return the line of a model, or of the source of one of its symbols."""
        names = [name for name, value in self._space.items() if value is target.model]
        written = next((self._assigned[name] for name in names if name in self._assigned), None) or self._inline(target)
        if written is None:
            return target.body.first_line if isinstance(target, Section) else self.declared("reduce", target.name)
        if isinstance(written, ast.Call):
            for keyword in written.keywords:
                if keyword.arg == symbol:
                    return keyword.lineno
        return written.lineno

    def constant(self, value: object) -> int:
        """Return the line on which something of the module is given its name."""
        names = [name for name, known in self._space.items() if known is value]
        return next((self._assigned[name].lineno for name in names if name in self._assigned), 0)

    def named(self, kind: type) -> dict[str, object]:
        """Return what the module gives a name and is of a kind."""
        return {name: self._space[name] for name in self._assigned if isinstance(self._space.get(name), kind)}

    def _inline(self, target: Section | Reduction) -> ast.expr | None:
        words = ("section", "again") if isinstance(target, Section) else ("reduce",)
        calls = [self._declared[word, target.name] for word in words if (word, target.name) in self._declared]
        models = [each.value for call in calls for each in call.keywords if each.arg == "model"]
        return next((each for each in models if isinstance(each, ast.Call)), None)


def _title(call: ast.Call) -> str:
    words = [*call.args[:1], *(each.value for each in call.keywords if each.arg in _TITLES)]
    return next((str(each.value) for each in words if isinstance(each, ast.Constant)), "")


def _called(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return ""
