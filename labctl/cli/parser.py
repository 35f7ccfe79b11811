"""The parser of the command line: what every command shares, and how a group of commands is added."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from labctl.cli.chinese import ChineseParser
from labctl.language import Language, Text

Run = Callable[[argparse.Namespace, Language], int]
"""Carries a command out and returns its exit status."""
Words = Callable[[str, str], str]
"""Returns one of two: English or Chinese."""
Command = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what carries it out, its summary, and whether it can answer in JSON."""
Group = Callable[[Command, Words], None]
"""Adds the commands of a module."""

_EPILOG = Text(
    "Exit status: 0 fine, 1 something was found, 2 usage, 3 input refused, 4 instruments or run failed, "
    "5 verification found a difference, 6 not verifiable here.",
    zh="退出状态：0 正常，1 发现问题，2 用法错误，3 输入被拒绝，4 仪器或运行故障，5 验证发现差异，6 此处无法验证。",
)


def asked_language(arguments: Sequence[str]) -> Language | None:
    """Return the language among the arguments: it is needed before they can be explained."""
    for position, argument in enumerate(arguments):
        value = argument.partition("=")[2] or "".join(arguments[position + 1 : position + 2])
        if argument.startswith("--language") and value in {each.value for each in Language}:
            return Language(value)
    return None


def _kind(language: Language) -> type[argparse.ArgumentParser]:
    return ChineseParser if language is Language.CHINESE else argparse.ArgumentParser


def parser_of(language: Language, groups: Sequence[Group]) -> argparse.ArgumentParser:
    """Return the parser of every command, its words in one language."""

    def words(en: str, zh: str) -> str:
        return Text(en, zh=zh).within(language)

    everywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)  # before or after COMMAND
    everywhere.add_argument(
        "--language", choices=[each.value for each in Language], help=words("language of every word", "界面语言")
    )
    everywhere.add_argument(
        "--data",
        type=Path,
        help=words("folder of runs and ledger (default: LABCTL_DATA)", "数据文件夹（默认 LABCTL_DATA）"),
    )
    plain = argparse.ArgumentParser(add_help=False)
    plain.add_argument("--json", action="store_true", help=words("print JSON", "以 JSON 输出"))
    parser = _kind(language)(
        prog="labctl",
        description=words(
            "Drives a calibration laboratory's instruments, runs its procedures and issues its certificates.",
            "驱动校准实验室的仪器，执行校准规程，出具证书。",
        ),
        epilog=_EPILOG.within(language),
        parents=[everywhere],
    )
    commands = parser.add_subparsers(required=True, metavar=words("COMMAND", "命令"))

    def command(name: str, run: Run, summary: str, *, json: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=summary, description=summary, parents=[everywhere, plain] if json else [everywhere]
        )
        added.set_defaults(command=run)
        return added

    for add in groups:
        add(command, words)
    return parser
