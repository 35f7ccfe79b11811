"""The command line: every command a thin function over a use case, its words in the language that was asked for."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from labctl import errors
from labctl.errors import (
    EngineError,
    EngineFailed,
    InstrumentError,
    LabctlError,
    MetrologyError,
    RecordAltered,
    StoreFailed,
)
from labctl.language import Language, Text

FINE, FOUND, USAGE, REFUSED, FAILED, DIFFERENT, NOT_VERIFIABLE = 0, 1, 2, 3, 4, 5, 6
_EPILOG = Text(
    "Exit status: 0 fine, 1 something was found, 2 usage, 3 input refused, 4 instruments or run failed, "
    "5 verification found a difference, 6 not verifiable here.",
    zh="退出状态：0 正常，1 发现问题，2 用法错误，3 输入被拒绝，4 仪器或运行故障，5 验证发现差异，6 此处无法验证。",
)
_NOTHING_FOUND = Text("{procedure}: nothing found", zh="{procedure}：未发现问题")
Command = Callable[[argparse.Namespace, Language], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry one command out and return its exit status."""
    from labctl.app.language import preferred_language

    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _asked_language(given) or preferred_language()
    options = _parser(language).parse_args(given, argparse.Namespace(data=None))
    command: Command = options.command
    try:
        return command(options, language)
    except LabctlError as error:
        _complain(error.within(language))
        return status_of(error)
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return FINE


def status_of(error: LabctlError) -> int:
    """Return the exit status that tells an error apart; an engine's refusal counts as what it refused for."""
    kind = type(error)
    if isinstance(error, EngineFailed):
        found = getattr(errors, error.kind, kind)
        kind = found if isinstance(found, type) else kind
    if issubclass(kind, RecordAltered):
        return DIFFERENT
    if issubclass(kind, StoreFailed | InstrumentError | EngineError):
        return FAILED
    return REFUSED


# --- commands --------------------------------------------------------------------------------------------------------


def _simulate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app import simulate

    del language
    arguments = ["--time", options.time]
    arguments += ["--seed", str(options.seed)] if options.seed is not None else []
    arguments += ["--station", str(options.station)] if options.station is not None else []
    return simulate.main(arguments)


def _calibrate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.headless import Headless, Wanted

    headless = Headless(language=language, say=_say, ask=_ask if sys.stdin.isatty() else None, plain=options.json)
    outcome = headless.calibrate(
        Wanted(
            data=options.data,
            station=options.station,
            procedure=options.procedure,
            unit=options.unit,
            unit_serial=options.unit_serial,
            unit_asset_number=options.unit_asset_number,
            order=options.order,
            by=options.by,
            endpoints=_text_of(options.endpoints),
            yes=options.yes,
            adjust=options.adjust,
            real_time=options.real_time,
        )
    )
    if options.json:
        print(json.dumps(outcome.plain(), ensure_ascii=False))
    return outcome.status


def _resume(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.headless import Headless

    headless = Headless(language=language, say=_say, ask=_ask if sys.stdin.isatty() else None, plain=options.json)
    outcome = headless.resume(
        options.data,
        options.run,
        by=options.by,
        reason=options.reason,
        endpoints=_text_of(options.endpoints),
        yes=options.yes,
    )
    if options.json:
        print(json.dumps(outcome.plain(), ensure_ascii=False))
    return outcome.status


def _runs(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.runs import list_runs
    from labctl.store.folder import data_folder

    runs = list_runs(data_folder(options.data))
    if options.json:
        print(json.dumps([each.plain() for each in runs], ensure_ascii=False))
    else:
        for each in runs:
            print(each.line(language))
    return FINE


def _show(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.runs import show_run
    from labctl.store.folder import data_folder

    shown = show_run(data_folder(options.data), options.run)
    if options.json:
        print(json.dumps(shown.plain(), ensure_ascii=False))
    else:
        print(shown.text(language))
    return FINE


def _certificate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.issue import issue_certificate
    from labctl.store.folder import data_folder

    paths = issue_certificate(data_folder(options.data), options.run, options.out)
    if options.json:
        print(
            json.dumps(
                {"number": paths.number, "pdf": str(paths.pdf), "xml": str(paths.xml), "record": str(paths.record)}
            )
        )
    else:
        for path in (paths.pdf, paths.xml, paths.record):
            print(path)
        _say(Text("certificate {number}", zh="证书 {number}").filled(number=paths.number).within(language))
    return FINE


def _verify(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.verify import verify
    from labctl.store.folder import data_folder

    report = verify(options.file, record=options.record, data=data_folder(options.data))
    if options.json:
        print(json.dumps(report.plain(), ensure_ascii=False))
    else:
        print(report.text().within(language))
    return report.status


def _explain(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.explain import explain

    print(explain(options.bundle, options.point, language))
    return FINE


def _check(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.check import check

    findings = check(options.procedure, options.station)
    if options.json:
        print(json.dumps([each.plain() for each in findings], ensure_ascii=False))
    else:
        for each in findings:
            print(each.said(language))
        if not findings:
            print(_NOTHING_FOUND.filled(procedure=options.procedure).within(language))
    return FOUND if any(each.grave for each in findings) else FINE


def _evaluate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.evaluate.command import Wanted, evaluate_file, refusal

    wanted = Wanted(
        file=options.file,
        monte_carlo=options.monte_carlo,
        seed=options.seed,
        probability=options.probability,
        html=options.html,
        plot=options.plot,
        csv=options.csv,
    )
    try:
        report = evaluate_file(wanted, language)
    except MetrologyError as error:
        if not options.json:
            raise
        print(json.dumps(refusal(error, language), ensure_ascii=False))
        return REFUSED
    print(json.dumps(report.plain(), ensure_ascii=False) if options.json else report.text(language))
    return FINE


def _demo(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.demo import demo

    told = demo(options.out, language=language, real_time=options.real_time, say=_say)
    print(json.dumps(told.plain(), ensure_ascii=False) if options.json else told.text(language))
    return told.status


def _gui(options: argparse.Namespace, language: Language) -> int:
    from importlib import import_module

    arguments = ["--language", language.value]
    arguments += ["--data", str(options.data)] if options.data is not None else []
    arguments += ["--station", str(options.station)] if options.station is not None else []
    arguments += ["--real-time"] if options.real_time else []
    status: int = import_module("labctl_gui.main").main(arguments)
    return status


def _backup(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.backup import backup

    report = backup(options.data, options.out)
    if options.json:
        print(json.dumps(report.plain(), ensure_ascii=False))
    else:
        print(report.text.within(language))
    return FINE


def _engine(options: argparse.Namespace, language: Language) -> int:
    from labctl.app import engine

    del language
    return engine.main(["--job", str(options.job)])


# --- words -----------------------------------------------------------------------------------------------------------


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ask(question: str) -> str:
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _complain(sentence: str) -> None:
    print(f"labctl: {sentence}", file=sys.stderr)


def _text_of(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").strip() if path is not None else ""


def _asked_language(arguments: Sequence[str]) -> Language | None:
    """Return the language among the arguments: it is needed before they can be explained."""
    for position, argument in enumerate(arguments):
        value = argument.partition("=")[2] or "".join(arguments[position + 1 : position + 2])
        if argument.startswith("--language") and value in {each.value for each in Language}:
            return Language(value)
    return None


def _parser(language: Language) -> argparse.ArgumentParser:
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
    parser = argparse.ArgumentParser(
        prog="labctl",
        description=words(
            "Drives a calibration laboratory's instruments, runs its procedures and issues its certificates.",
            "驱动校准实验室的仪器，执行校准规程，出具证书。",
        ),
        epilog=_EPILOG.within(language),
        parents=[everywhere],
    )
    commands = parser.add_subparsers(required=True, metavar=words("COMMAND", "命令"))

    def command(name: str, run: Command, summary: str, *, json: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=summary, description=summary, parents=[everywhere, plain] if json else [everywhere]
        )
        added.set_defaults(command=run)
        return added

    _add_bench_commands(command, words)
    _add_record_commands(command, words)
    return parser


def _add_bench_commands(command: Callable[..., argparse.ArgumentParser], words: Callable[[str, str], str]) -> None:
    simulate = command(
        "simulate", _simulate, words("serve a simulated bench until interrupted", "运行模拟台位，直至中断")
    )
    simulate.add_argument("--time", choices=("wall", "simulated"), default="wall")
    simulate.add_argument("--seed", type=int)
    simulate.add_argument("--station", type=Path)

    calibrate = command("calibrate", _calibrate, words("run a procedure on a bench", "在台位上执行规程"), json=True)
    calibrate.add_argument("procedure", nargs="?", default="dmm-dc-voltage", help=words("its name", "规程名称"))
    calibrate.add_argument("--procedure", dest="procedure", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    calibrate.add_argument(
        "--station", type=Path, help=words("station file (default: the simulated bench)", "台位文件（默认模拟台位）")
    )
    calibrate.add_argument(
        "--unit", default="", help=words("the unit's name in the station", "被校仪器在台位文件中的名称")
    )
    calibrate.add_argument("--unit-serial", default="", help=words("its serial number", "被校仪器出厂编号"))
    calibrate.add_argument("--unit-asset-number", default="", help=words("the customer's own number", "客户管理编号"))
    calibrate.add_argument("--order", default="", help=words("number of the order", "委托单号"))
    calibrate.add_argument(
        "--real-time",
        action="store_true",
        help=words("simulated bench at the speed of the clock", "模拟台位按实时运行"),
    )
    calibrate.add_argument(
        "--adjust",
        action="store_true",
        help=words(
            "offer an adjustment where the errors call for it, and measure again as left",
            "误差偏大时询问是否调整，并在调整后重新测量",
        ),
    )
    resume = command("resume", _resume, words("take up a run whose engine ended", "恢复已中断的运行"), json=True)
    resume.add_argument("run")
    resume.add_argument("--reason", default="", help=words("why, for the record", "恢复原因（记入记录）"))
    for each in (calibrate, resume):
        each.add_argument(
            "--by", default="", help=words("who is responsible (default: the user's name)", "操作人（默认当前用户）")
        )
        each.add_argument(
            "--endpoints",
            type=Path,
            help=words("file with the line that `labctl simulate` printed", "labctl simulate 输出行所在文件"),
        )
        each.add_argument(
            "--yes", action="store_true", help=words("take every instruction as carried out", "视所有操作提示为已完成")
        )

    demo = command("demo", _demo, words("the whole road on the simulated bench", "在模拟台位上演示全过程"), json=True)
    demo.add_argument("--out", type=Path, default=Path("labctl-demo"))
    demo.add_argument("--real-time", action="store_true")
    gui = command("gui", _gui, words("open the window", "打开窗口"))
    gui.add_argument("--station", type=Path)
    gui.add_argument("--real-time", action="store_true")
    engine = command(
        "engine", _engine, words("the engine's process (started by the others)", "运行引擎进程（由其他命令启动）")
    )
    engine.add_argument("--job", type=Path, required=True)


def _add_record_commands(command: Callable[..., argparse.ArgumentParser], words: Callable[[str, str], str]) -> None:
    command("runs", _runs, words("list the runs", "列出运行"), json=True)
    show = command("show", _show, words("show one run", "显示一次运行"), json=True)
    show.add_argument("run")
    certificate = command("certificate", _certificate, words("issue the certificate of a run", "出具证书"), json=True)
    certificate.add_argument("run")
    certificate.add_argument("--out", type=Path, default=Path())
    verify = command(
        "verify",
        _verify,
        words("recompute a certificate or record from its bytes", "由原始字节重新计算并验证"),
        json=True,
    )
    verify.add_argument("file", type=Path)
    verify.add_argument("--record", type=Path, help=words("the record it rests on", "所依据的记录"))
    explain = command(
        "explain", _explain, words("follow one printed number down to its bytes", "将一个数值追溯到原始字节")
    )
    explain.add_argument("bundle", type=Path)
    explain.add_argument("--point", required=True)
    check = command("check", _check, words("check a procedure without instruments", "不连接仪器检查规程"), json=True)
    check.add_argument("procedure")
    check.add_argument("--station", type=Path)
    _add_evaluate(command, words)
    backup = command("backup", _backup, words("copy the data folder consistently", "一致地备份数据"), json=True)
    backup.add_argument("out", type=Path)


def _add_evaluate(command: Callable[..., argparse.ArgumentParser], words: Callable[[str, str], str]) -> None:
    evaluate = command(
        "evaluate",
        _evaluate,
        words("evaluate the uncertainty of a calculation", "评定一次计算的测量不确定度"),
        json=True,
    )
    evaluate.add_argument(
        "file",
        type=Path,
        help=words("calculation in TOML or JSON, or a worked example's name", "计算文件（TOML 或 JSON），或示例名称"),
    )
    evaluate.add_argument(
        "--monte-carlo",
        type=_trials,
        metavar="N|adaptive",
        help=words("so many trials, or as many as it takes", "试验次数，或 adaptive（自适应）"),
    )
    evaluate.add_argument("--seed", type=int, default=1, help=words("of the trials (default 1)", "随机种子（默认 1）"))
    evaluate.add_argument(
        "--probability", type=float, help=words("of coverage (default 0.9545)", "包含概率（默认 0.9545）")
    )
    evaluate.add_argument("--html", type=Path, help=words("write the budget as a page", "将评定表写为网页"))
    evaluate.add_argument("--plot", type=Path, help=words("draw the contributions (SVG)", "绘制各分量（SVG）"))
    evaluate.add_argument("--csv", type=Path, help=words("write the budget as a table", "将评定表写为 CSV"))


def _trials(given: str) -> int | str:
    """Return a number of trials, or the word for as many as it takes."""
    if given != "adaptive" and not given.isdecimal():
        message = f"{given!r} is neither a number of trials nor 'adaptive'"
        raise argparse.ArgumentTypeError(message)
    return given if given == "adaptive" else int(given)


if __name__ == "__main__":
    sys.exit(main())
