"""In which line of a JSON file each value stands, which the standard library's reader does not tell."""

import json
import re
from typing import Final

from labctl.app.station.places import Place

_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\n')


def json_lines(text: str) -> dict[Place, int]:
    r"""Return the line, counted from 1, of every key and array element of valid JSON.

    >>> json_lines('{"a":\n [1,\n 2]}')[("a", 1)]
    3
    """
    lines: dict[Place, int] = {}
    line, key = 1, ""
    path: list[str | int] = []
    inside: list[str] = []  # the brackets around the present piece
    awaits_key = False
    for piece in _PIECE.findall(text):
        match piece:
            case "\n":
                line += 1
            case "{" | "[":
                lines.setdefault(tuple(path), line)
                inside.append(piece)
                path.append(0 if piece == "[" else "")
                awaits_key = piece == "{"
            case "}" | "]":
                inside.pop()
                path.pop()
            case ",":
                awaits_key = inside[-1] == "{"
                last = path[-1]
                path[-1] = last + 1 if isinstance(last, int) else ""
            case ":":
                awaits_key = False
            case _ if awaits_key:
                key = json.loads(piece)
                path[-1] = key
                lines[tuple(path)] = line
            case _:
                lines.setdefault(tuple(path), line)
    return lines
