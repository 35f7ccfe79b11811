"""Commands on what was measured: runs, certificates, their verification, procedures, uncertainties, copies."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from labctl.cli.parser import Command, Words
from labctl.cli.speech import FINE, FOUND, REFUSED, put, put_json, say
from labctl.errors import MetrologyError
from labctl.language import Language, Text

if TYPE_CHECKING:
    from labctl.procedure.procedure import Procedure

_NO_RUNS = Text("no runs yet in {folder}", zh="{folder} 中尚无运行")
_NOTHING_FOUND = Text("{procedure}: nothing found", zh="{procedure}：未发现问题")


def add(command: Command, words: Words) -> None:
    """Add the commands on what was measured."""
    command("runs", _runs, words("list the runs", "列出运行"), json=True)
    folder = words("folder of the procedure that the run followed, if it is not installed", "未安装的规程所在文件夹")
    show = command("show", _show, words("show one run", "显示一次运行"), json=True)
    show.add_argument("run", help=words("its name, as `labctl runs` lists it", "运行名称，见 labctl runs"))
    certificate = command("certificate", _certificate, words("issue the certificate of a run", "出具证书"), json=True)
    certificate.add_argument("run", help=words("its name, as `labctl runs` lists it", "运行名称，见 labctl runs"))
    certificate.add_argument(
        "--out",
        type=Path,
        default=Path(),
        help=words("folder for the files (default: this one)", "输出文件夹（默认 当前文件夹）"),
    )
    certificate.add_argument("--procedure", help=folder)
    verify = command(
        "verify",
        _verify,
        words("recompute a certificate or record from its bytes", "由原始字节重新计算并验证"),
        json=True,
    )
    verify.add_argument(
        "file",
        type=Path,
        help=words("certificate.pdf, certificate.xml or record.zip", "certificate.pdf、certificate.xml 或 record.zip"),
    )
    verify.add_argument("--record", type=Path, help=words("the record it rests on", "所依据的记录"))
    verify.add_argument("--procedure", help=folder)
    explain = command(
        "explain", _explain, words("follow one printed number down to its bytes", "将一个数值追溯到原始字节")
    )
    explain.add_argument("bundle", type=Path, help=words("record.zip", "record.zip 文件"))
    explain.add_argument(
        "--point", required=True, help=words("SECTION/NUMBER, such as 'DC voltage/3'", "项目/序号，如 'DC voltage/3'")
    )
    explain.add_argument("--unit", default="", help=words("which unit of a record of several", "多台记录中的哪一台"))
    check = command("check", _check, words("check a procedure without instruments", "不连接仪器检查规程"), json=True)
    check.add_argument("procedure", help=words("its name or folder", "规程名称或文件夹"))
    check.add_argument(
        "--station",
        type=Path,
        help=words(
            "the bench it is to run on, or the name of a simulated one; where CI is set, its own",
            "拟运行的台位；设有 CI 环境变量时为其自带的模拟台位",
        ),
    )
    check.add_argument("--unit", default="", help=words("the unit's name in the station", "被校仪器在台位文件中的名称"))
    _add_evaluate(command, words)
    backup = command("backup", _backup, words("copy the data folder consistently", "一致地备份数据"), json=True)
    backup.add_argument("out", type=Path, help=words("folder of the copy", "备份文件夹"))


def _add_evaluate(command: Command, words: Words) -> None:
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
        type=_trials(words),
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


def _trials(words: Words) -> Callable[[str], int | str]:
    """Return what reads a number of trials, or the word for as many as it takes."""

    def read(given: str) -> int | str:
        if given != "adaptive" and not given.isdecimal():
            message = words(
                f"{given!r} is neither a number of trials nor 'adaptive'", f"{given!r} 既不是次数，也不是 adaptive"
            )
            raise argparse.ArgumentTypeError(message)
        return given if given == "adaptive" else int(given)

    return read


def _runs(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.runs import list_runs
    from labctl.store.folder import data_folder

    runs = list_runs(data_folder(options.data))
    if options.json:
        put_json([each.plain() for each in runs])
    else:
        for each in runs:
            put(each.line(language))
        if not runs:
            put(_NO_RUNS.filled(folder=data_folder(options.data) / "runs").within(language))
    return FINE


def _show(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.runs import show_run
    from labctl.store.folder import data_folder

    shown = show_run(data_folder(options.data), options.run)
    if options.json:
        put_json(shown.plain())
    else:
        put(shown.text(language))
    return FINE


def _given(procedure: str | None) -> "Procedure | None":
    """Return the procedure of a folder; None where none was given."""
    from labctl.app.procedures import find_procedure

    return find_procedure(procedure) if procedure is not None else None


def _certificate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.issue import issue_certificates
    from labctl.store.folder import data_folder

    issued = issue_certificates(
        data_folder(options.data), options.run, options.out, procedure=_given(options.procedure)
    )
    if options.json:
        told = [each.plain() for each in issued]
        put_json({**told[0], "units": told} if len(told) > 1 else told[0])
        return FINE
    for path in dict.fromkeys(path for each in issued for path in (each.pdf, each.xml, each.record)):
        put(str(path))
    for each in issued:
        say(Text("certificate {number}", zh="证书 {number}").filled(number=each.number).within(language))
    return FINE


def _verify(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.verify import verify
    from labctl.store.folder import data_folder

    data = data_folder(options.data)
    report = verify(options.file, record=options.record, data=data, procedure=_given(options.procedure))
    if options.json:
        put_json(report.plain())
    else:
        put(report.text().within(language))
    return report.status


def _explain(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.explain import explain

    put(explain(options.bundle, options.point, language, unit=options.unit))
    return FINE


def _check(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.check import check
    from labctl.app.station import station_file

    own = bool(os.environ.get("CI"))  # an author's automatic checks hold a procedure against its own bench
    if options.station is not None:
        options.station = station_file(str(options.station))
    findings = check(options.procedure, options.station, unit=options.unit, own_bench=own)
    if options.json:
        put_json([each.plain() for each in findings])
    else:
        for each in findings:
            put(each.said(language))
        if options.station is not None and not any(each.code == "LP000" for each in findings):
            from labctl.app.proposals import proposed

            for line in proposed(options.procedure, options.station, language, options.unit):
                put(line)
        if not findings:
            put(_NOTHING_FOUND.filled(procedure=options.procedure).within(language))
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
        put_json(refusal(error, language))
        return REFUSED
    if options.json:
        put_json(report.plain())
    else:
        put(report.text(language))
    return FINE


def _backup(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.backup import backup

    report = backup(options.data, options.out)
    if options.json:
        put_json(report.plain())
    else:
        put(report.text.within(language))
    return FINE
