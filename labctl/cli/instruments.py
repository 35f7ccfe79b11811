"""Commands on instruments: what is installed, simulators, what answers at an address, a console, a bench."""

import argparse
from pathlib import Path

from labctl.cli.parser import Command, Words
from labctl.language import Language


def add(command: Command, words: Words) -> None:
    """Add the commands on instruments."""
    simulate = command(
        "simulate", _simulate, words("serve a simulated bench until interrupted", "运行模拟台位，直至中断")
    )
    simulate.add_argument("--time", choices=("wall", "simulated"), default="wall")
    simulate.add_argument("--seed", type=int)
    simulate.add_argument("--station", type=Path)


def _simulate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app import simulate

    del language
    arguments = ["--time", options.time]
    arguments += ["--seed", str(options.seed)] if options.seed is not None else []
    arguments += ["--station", str(options.station)] if options.station is not None else []
    return simulate.main(arguments)
