"""Rules of a digital certificate that its schema does not state: lists of one length, references that lead on."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from labctl.errors import BrokenRule
from labctl.language import Text

Node = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (the name that its stubs give it)
DCC: Final = "https://ptb.de/dcc"
SI: Final = "https://ptb.de/si"
_RELEASE: Final = re.compile(r"[a-zA-Z]( )?(\d{1,3}\.){0,3}\d{1,3}")
_UNIT: Final = re.compile(r"(\\[a-zA-Z]+(\\tothe\{-?\d+\})?)+")
_LANGUAGES: Final = {"zh", "en"}


def refuse_broken(root: Node, number: str) -> None:
    """Refuse a certificate that breaks a rule.

    Raises:
        BrokenRule: the first rule that is broken, with the element.
    """
    for element, problem in _broken(root):
        raise BrokenRule(
            record=f"{number}, {etree.QName(element).localname}",
            problem=problem,
        )


def _broken(root: Node) -> Iterator[tuple[Node, Text]]:
    yield from _lists(root)
    yield from _words(root)
    yield from _references(root)


def _lists(root: Node) -> Iterator[tuple[Node, Text]]:
    """Every column of a list has as many entries as its fellows, or one for all of them, parted by single spaces."""
    for table in root.iter(f"{{{DCC}}}list"):
        columns = [each for each in table.iter() if _name(each).endswith("XMLList") and not len(each)]
        counts = {each: len((each.text or "").split(" ")) for each in columns}
        most = max(counts.values(), default=0)
        for column, count in counts.items():
            if count not in {1, most} or "  " in (column.text or ""):
                yield (
                    column,
                    Text("has {count} entries beside {most}", zh="有 {count} 个值，其他列有 {most} 个").filled(
                        count=count, most=most
                    ),
                )


def _words(root: Node) -> Iterator[tuple[Node, Text]]:
    """Texts are never blank or padded, stand in both languages, and units and releases have their form."""
    for element in root.iter():
        name, text = _name(element), element.text or ""
        if not len(element) and (not text or text != text.strip()):
            yield element, Text("is empty or padded with spaces", zh="为空或首尾有空格")
        if name in {"unit", "unitXMLList"} and not all(_UNIT.fullmatch(each) for each in text.split(" ")):
            yield (
                element,
                Text("unit {text!r} is not in Digital-SI form", zh="单位 {text!r} 不符合 D-SI 写法").filled(text=text),
            )
        if name == "release" and not _RELEASE.fullmatch(text):
            yield (
                element,
                Text("release {text!r} is not like v1.2.3", zh="版本号 {text!r} 应形如 v1.2.3").filled(text=text),
            )
        spoken = {each.get("lang") for each in element if _name(each) == "content"}
        if spoken and not spoken >= _LANGUAGES:
            yield element, Text("does not stand in both languages", zh="缺少一种语言")


def _references(root: Node) -> Iterator[tuple[Node, Text]]:
    """Every id is referred to, and every reference leads to one."""
    named = {each.get("id"): each for each in root.iter() if each.get("id")}
    used = {one: each for each in root.iter() for one in (each.get("refId") or "").split()}
    for name in sorted(str(each) for each in named.keys() ^ used.keys()):
        element = named.get(name)
        yield (
            element if element is not None else used[name],
            Text("id {name} and its reference do not match", zh="标识 {name} 与引用不匹配").filled(name=name),
        )


def _name(element: Node) -> str:
    return etree.QName(element).localname
