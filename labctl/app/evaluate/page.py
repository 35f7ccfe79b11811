"""A calculation's file as bytes, read into tables whose every value knows its line; what cannot be read is refused."""

import json
import tomllib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeGuard

from attrs import frozen

from labctl.app.evaluate.lines import json_lines
from labctl.app.station.places import Place, lines_of
from labctl.app.station.table import spelled
from labctl.errors import CalculationFileError
from labctl.language import Text

LARGEST: Final = 1 << 20
"""Bytes of the largest file that is read: a calculation of a thousand inputs has a fifth of it."""


@frozen(kw_only=True, eq=False)
class Page:
    """One file: its content, and how to refuse a place in it."""

    file: str
    text: str
    content: dict[str, Any]
    locate: Callable[[str], dict[Place, int]]

    @cached_property
    def lines(self) -> dict[Place, int]:
        """Return the line of each place; found only once something is refused."""
        return self.locate(self.text)

    def refusal(self, place: Place, code: str, problem: Text, remedy: Text) -> CalculationFileError:
        """Return the refusal of a place: within `inputs` it is called by the input's name."""
        near = place
        while near and near not in self.lines:
            near = near[:-1]
        name = str(place[1]) if len(place) > 1 and place[0] == "inputs" else spelled(place)
        return CalculationFileError(
            file=self.file,
            line=self.lines.get(near, 1),
            code=code,
            input=name,
            where=spelled(place),
            problem=problem,
            remedy=remedy,
        )


def is_list(given: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a list."""
    return isinstance(given, list)


def is_table(given: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a table; both formats know texts as keys only."""
    return isinstance(given, dict)


def read_page(path: Path) -> Page:
    """Return the content of a TOML or JSON file; JSON by the name's ending or a leading brace.

    Raises:
        CalculationFileError: no such file, too large, or neither TOML nor JSON.
    """
    return parse_page(_bytes_of(path), path.name)


def parse_page(content: bytes, name: str) -> Page:
    """Return the content of a file's bytes. Raises CalculationFileError."""
    if len(content) > LARGEST:
        raise _unreadable(name, 1, "too-large", _TOO_LARGE.filled(size=len(content)), _LESS.filled(limit=LARGEST))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        raise _unreadable(name, line, "not-utf-8", _NOT_UTF8, _SAVE_UTF8) from failure
    plain = name.lower().endswith(".json") or text.lstrip().startswith("{")
    try:
        found: object = json.loads(text, object_pairs_hook=_once) if plain else tomllib.loads(text)
    except RecursionError as failure:
        raise _unreadable(name, 1, "too-deep", _TOO_DEEP, _FLATTEN) from failure
    except (ValueError, OverflowError) as failure:  # both readers' errors are ValueErrors
        line = failure.lineno if isinstance(failure, json.JSONDecodeError) else _line_in(str(failure))
        kind = "JSON" if plain else "TOML"
        problem = _UNREADABLE.filled(kind=kind, reason=str(failure))
        raise _unreadable(name, line, "not-readable", problem, _CORRECT) from failure
    if not is_table(found):
        raise _unreadable(name, 1, "not-readable", _NO_TABLE, _CORRECT)
    return Page(file=name, text=text, content=found, locate=json_lines if plain else lines_of)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as failure:
        raise _unreadable(path.name, 1, "no-file", _NO_FILE.filled(path=str(path)), _GIVE_A_FILE) from failure


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            message = f"the key {key!r} stands twice in one table"
            raise ValueError(message)
        table[key] = value
    return table


def _line_in(message: str) -> int:
    """Return the line that the TOML reader's message ends with."""
    words = message.rstrip(")").replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words[:-1] else 1


def _unreadable(name: str, line: int, code: str, problem: Text, remedy: Text) -> CalculationFileError:
    return CalculationFileError(file=name, line=line, code=code, input=name, where="—", problem=problem, remedy=remedy)


_TOO_LARGE: Final = Text("has {size} bytes or more", zh="不小于 {size} 字节")
_LESS: Final = Text("A calculation has at most {limit} bytes", zh="计算文件最多 {limit} 字节")
_NOT_UTF8: Final = Text("is not text in UTF-8", zh="不是 UTF-8 文本")
_SAVE_UTF8: Final = Text("Save it as UTF-8", zh="请以 UTF-8 编码保存")
_TOO_DEEP: Final = Text("tables within tables without end", zh="表的嵌套过深")
_FLATTEN: Final = Text("A calculation is three tables deep", zh="计算文件只有三层表")
_UNREADABLE: Final = Text("is not {kind}: {reason}", zh="不是有效的 {kind}：{reason}")
_NO_TABLE: Final = Text("has no table at its top", zh="顶层不是表")
_CORRECT: Final = Text("Correct the line, or start from a worked example", zh="请更正该行，或从示例文件改起")
_NO_FILE: Final = Text("{path} cannot be read", zh="无法读取 {path}")
_GIVE_A_FILE: Final = Text("Give the path of a TOML or JSON file", zh="请给出 TOML 或 JSON 文件的路径")
