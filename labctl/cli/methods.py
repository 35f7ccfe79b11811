"""Commands for those who write procedures: list them, run one on its simulated bench."""

import argparse
from collections.abc import Callable
from pathlib import Path

from labctl.cli.parser import Command, Words
from labctl.cli.speech import FINE, put, put_json, say
from labctl.language import Language, Text


def add(command: Command, words: Words) -> None:
    """Add the commands for authors."""
    command("procedures", _procedures, words("list the installed procedures", "列出已安装的规程"), json=True)
    rehearse = command(
        "simulate-run",
        _simulate_run,
        words(
            "run a procedure on its simulated bench, to a verified certificate", "在模拟台位上执行规程，直至验证证书"
        ),
        json=True,
    )
    rehearse.add_argument("procedure", help=words("its name or folder", "规程名称或文件夹"))
    rehearse.add_argument(
        "--out",
        type=Path,
        default=Path("simulated-run"),
        help=words("folder for the files (default: simulated-run)", "输出文件夹（默认 simulated-run）"),
    )
    rehearse.add_argument("--seed", type=int, help=words("of all chance", "随机种子"))
    rehearse.add_argument(
        "--no-noise",
        dest="noise",
        action="store_const",
        const=False,
        help=words("nothing changes by chance in time; hidden errors stay", "无随时间变化的随机噪声；隐含误差保留"),
    )
    validate = command(
        "validate",
        _validate,
        words("count how often stated intervals hold the truth", "统计所述区间包含真值的频率"),
        json=True,
    )
    validate.add_argument("procedure", help=words("its name or folder", "规程名称或文件夹"))
    validate.add_argument(
        "--trials",
        type=_above_zero(words),
        default=1000,
        help=words("simulated units (default 1000)", "模拟台数（默认 1000）"),
    )
    validate.add_argument("--seed", type=int, default=1, help=words("of all chance (default 1)", "随机种子（默认 1）"))
    validate.add_argument(
        "--paper",
        action="store_true",
        help=words(
            "draw errors from what is declared of the inputs, about one simulated run: proves arithmetic, not physics",
            "围绕一次模拟运行，按输入量所声明的分布抽取误差：只验证计算，不验证物理",
        ),
    )
    for each in (rehearse, validate):
        each.add_argument(
            "--station", type=Path, help=words("station file (default: its own bench)", "台位文件（默认规程自带台位）")
        )
        each.add_argument(
            "--unit",
            default="",
            help=words(
                "the unit's name in the station; several: c01,c02 or the name of one of its orders",
                "被校仪器在台位文件中的名称；多台：c01,c02 或其中一份委托的名称",
            ),
        )
    validate.add_argument(
        "--workers", type=int, help=words("processes (default: one a core)", "进程数（默认每核一个）")
    )


def _procedures(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.methods import installed_methods

    methods = installed_methods()
    if options.json:
        put_json([each.plain() for each in methods])
    else:
        for each in methods:
            put(each.line(language))
    return FINE


def _simulate_run(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.simulate_run import simulate_run

    told = simulate_run(
        options.procedure,
        options.out,
        station=options.station,
        unit=options.unit,
        seed=options.seed,
        noise=options.noise,
        language=language,
        say=say,
    )
    if options.json:
        put_json(told.plain())
    else:
        put(told.text(language))
    return told.status


def _validate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.paper import validate_on_paper
    from labctl.app.validate import validate

    def tell(done: int, of_all: int) -> None:
        if done == of_all or done % max(of_all // 20, 1) == 0:
            say(_DONE.filled(done=done, of_all=of_all).within(language))

    asked = {"trials": options.trials, "seed": options.seed, "station": options.station, "unit": options.unit}
    if options.paper:
        found = validate_on_paper(options.procedure, **asked)
    else:
        found = validate(options.procedure, **asked, workers=options.workers, progress=tell)
    if options.json:
        put_json(found.plain())
    else:
        put(found.text(language))
    return FINE


def _above_zero(words: Words) -> Callable[[str], int]:
    def read(given: str) -> int:
        if not given.isdecimal() or int(given) < 1:
            message = words(f"{given!r} is no number of units; give 1 or more", f"{given!r} 不是台数；应不小于 1")
            raise argparse.ArgumentTypeError(message)
        return int(given)

    return read


_DONE = Text("{done} of {of_all} units", zh="已完成 {done}/{of_all} 台")
