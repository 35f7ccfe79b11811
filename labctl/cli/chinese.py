"""A parser of arguments that speaks Chinese: argparse takes its own few sentences from English alone."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, NoReturn

_TITLES: Final = {"positional arguments": "位置参数", "options": "选项"}
_SENTENCES: Final = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"the following arguments are required: (.+)", r"缺少必需的参数：\1"),
        (r"unrecognized arguments: (.+)", r"无法识别的参数：\1"),
        (r"invalid choice: (.+) \(choose from (.+)\)", r"无效的选择 \1（可选：\2）"),
        (r"invalid \w+ value: (.+)", r"无效的值 \1"),
        (r"expected one argument", "需要一个值"),
        (r"expected at least one argument", "至少需要一个值"),
        (r"expected (\d+) arguments?", r"需要 \1 个值"),
        (r"ignored explicit argument (.+)", r"不接受值 \1"),
        (r"not allowed with argument (.+)", r"不能与参数 \1 同时使用"),
        (r"one of the arguments (.+) is required", r"必须给出其中一个参数：\1"),
        (r"ambiguous option: (.+) could match (.+)", r"选项 \1 不明确，可能是 \2"),
    )
)
_ARGUMENT: Final = re.compile(r"argument (.+?): (.+)", re.DOTALL)


def in_chinese(sentence: str) -> str:
    """Return a sentence of argparse in Chinese; one that is not known as it is.

    >>> in_chinese("argument --kind: invalid choice: 'x' (choose from 'calibration', 'verification')")
    "参数 --kind：无效的选择 'x'（可选：'calibration', 'verification'）"
    >>> in_chinese("the following arguments are required: run")
    '缺少必需的参数：run'
    """
    argument = _ARGUMENT.fullmatch(sentence)
    if argument is not None:
        return f"参数 {argument[1]}：{in_chinese(argument[2])}"
    for english, chinese in _SENTENCES:
        found = english.fullmatch(sentence)
        if found is not None:
            return found.expand(chinese)
    return sentence


class ChineseHelp(argparse.HelpFormatter):
    """Puts Chinese words over what argparse lists by itself."""

    def start_section(self, heading: str | None) -> None:
        """Begin a group of arguments."""
        super().start_section(_TITLES.get(heading or "", heading))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the usage."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(argparse.ArgumentParser):
    """Says in Chinese what argparse says of itself: titles, help and what is wrong with the arguments."""

    def __init__(self, *, add_help: bool = True, **given: Any) -> None:  # noqa: ANN401  (argparse's own words)
        """Take what any parser of argparse takes."""
        super().__init__(add_help=False, formatter_class=ChineseHelp, **given)
        if add_help:
            self.add_argument("-h", "--help", action="help", help="显示帮助并退出")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with the status of a wrong usage."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：错误：{in_chinese(message)}\n")
