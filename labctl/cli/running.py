"""Commands that carry runs out: calibrate, resume, the demonstration, the window, and the engine's own process."""

import argparse
import sys
from pathlib import Path

from labctl.cli.parser import Command, Words
from labctl.cli.speech import ask, put, put_json, say, text_of
from labctl.language import Language


def add(command: Command, words: Words) -> None:
    """Add the commands that carry runs out."""
    calibrate = command("calibrate", _calibrate, words("run a procedure on a bench", "在台位上执行规程"), json=True)
    calibrate.add_argument("procedure", nargs="?", default="dmm-dc-voltage", help=words("its name", "规程名称"))
    calibrate.add_argument("--procedure", dest="procedure", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    calibrate.add_argument(
        "--station",
        type=Path,
        help=words("station file (default: the method's simulated bench)", "台位文件（默认规程自带的模拟台位）"),
    )
    calibrate.add_argument(
        "--unit",
        default="",
        help=words(
            "the unit's name in the station; several: c01,c02 or the name of one of its orders",
            "被校仪器在台位文件中的名称；多台：c01,c02 或其中一份委托的名称",
        ),
    )
    calibrate.add_argument("--unit-serial", default="", help=words("its serial number", "被校仪器出厂编号"))
    calibrate.add_argument("--unit-asset-number", default="", help=words("the customer's own number", "客户管理编号"))
    calibrate.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="ROLE=INSTRUMENT",
        help=words("what plays a role, instead of what is proposed", "指定担任某角色的仪器，代替建议者"),
    )
    calibrate.add_argument(
        "--kind",
        choices=("calibration", "verification"),
        default="",
        help=words("of the order (default: the station's)", "委托类别（默认按台位文件）"),
    )
    calibrate.add_argument("--customer", default="", help=words("named on the certificate", "证书上的客户名称"))
    calibrate.add_argument("--customer-address", default="", help=words("the customer's address", "客户地址"))
    calibrate.add_argument("--order", default="", help=words("number of the order", "委托单号"))
    calibrate.add_argument(
        "--coarse",
        default="",
        metavar=words("REASON", "理由"),
        help=words(
            "why the order allows a verification with too large a U",
            "委托允许在 U 偏大时检定的理由",
        ),
    )
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
    resume.add_argument("run", help=words("its name, as `labctl runs` lists it", "运行名称，见 labctl runs"))
    resume.add_argument("--reason", default="", help=words("why, for the record", "恢复原因（记入记录）"))
    resume.add_argument(
        "--late",
        default="",
        metavar="WHY",
        help=words(
            "why a section may begin later than its method allows; on the record and the certificate",
            "某部分晚于规程规定时间开始的理由（写入记录和证书）",
        ),
    )
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
        each.add_argument(
            "--high-voltage",
            action="store_true",
            help=words(
                "confirm beforehand that there may be more than 42 V on the bench",
                "预先确认台位上可出现超过 42 V 的电压",
            ),
        )

    demo = command("demo", _demo, words("the whole road on the simulated bench", "在模拟台位上演示全过程"), json=True)
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("labctl-demo"),
        help=words("folder for the files (default: labctl-demo)", "输出文件夹（默认 labctl-demo）"),
    )
    demo.add_argument(
        "--real-time",
        action="store_true",
        help=words("simulated bench at the speed of the clock", "模拟台位按实时运行"),
    )
    gui = command("gui", _gui, words("open the window", "打开窗口"))
    gui.add_argument(
        "--station", type=Path, help=words("station file (default: the simulated bench)", "台位文件（默认模拟台位）")
    )
    gui.add_argument(
        "--real-time",
        action="store_true",
        help=words("simulated bench at the speed of the clock", "模拟台位按实时运行"),
    )
    engine = command(
        "engine", _engine, words("the engine's process (started by the others)", "运行引擎进程（由其他命令启动）")
    )
    engine.add_argument("--job", type=Path, required=True, help=words("file that says what to run", "任务文件"))


def _calibrate(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.headless import Headless, Wanted

    headless = Headless(language=language, say=say, ask=ask if sys.stdin.isatty() else None, plain=options.json)
    outcome = headless.calibrate(
        Wanted(
            data=options.data,
            station=options.station,
            procedure=options.procedure,
            unit=options.unit,
            unit_serial=options.unit_serial,
            unit_asset_number=options.unit_asset_number,
            order=options.order,
            roles=dict(each.partition("=")[::2] for each in options.role),
            kind=options.kind,
            customer=options.customer,
            customer_address=options.customer_address,
            coarse=options.coarse,
            by=options.by,
            endpoints=text_of(options.endpoints),
            yes=options.yes,
            high_voltage=options.high_voltage,
            adjust=options.adjust,
            real_time=options.real_time,
        )
    )
    if options.json:
        put_json(outcome.plain())
    return outcome.status


def _resume(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.headless import Headless

    headless = Headless(language=language, say=say, ask=ask if sys.stdin.isatty() else None, plain=options.json)
    outcome = headless.resume(
        options.data,
        options.run,
        by=options.by,
        reason=options.reason,
        endpoints=text_of(options.endpoints),
        yes=options.yes,
        high_voltage=options.high_voltage,
        late=options.late,
    )
    if options.json:
        put_json(outcome.plain())
    return outcome.status


def _demo(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.demo import demo

    told = demo(options.out, language=language, real_time=options.real_time, say=say)
    if options.json:
        put_json(told.plain())
    else:
        put(told.text(language))
    return told.status


def _gui(options: argparse.Namespace, language: Language) -> int:
    from importlib import import_module

    arguments = ["--language", language.value]
    arguments += ["--data", str(options.data)] if options.data is not None else []
    arguments += ["--station", str(options.station)] if options.station is not None else []
    arguments += ["--real-time"] if options.real_time else []
    status: int = import_module("labctl_gui.main").main(arguments)
    return status


def _engine(options: argparse.Namespace, language: Language) -> int:
    from labctl.app import engine

    del language
    return engine.main(["--job", str(options.job)])
