"""Commands that speak to instruments by hand: who answers at an address, a console, a look at a whole bench."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from labctl.cli.parser import Command, Words
from labctl.cli.speech import FAILED, FINE, put, put_json, say, text_of
from labctl.language import Language


def add(command: Command, words: Words) -> None:
    """Add the commands on wires."""
    identify = command(
        "identify", _identify, words("find out what answers at an address", "识别某地址上的仪器"), json=True
    )
    identify.add_argument("address", nargs="?", default="", help=words("as a station writes it", "写法同台位文件"))
    identify.add_argument("--driver", default="", help=words("the only driver to try", "仅尝试该驱动"))
    identify.add_argument(
        "--patience", type=float, default=1.5, help=words("seconds for each answer (default 1.5)", "每次应答等待秒数")
    )
    identify.add_argument(
        "--serial-ports", action="store_true", help=words("list this machine's serial ports", "列出本机串口")
    )
    talk = command("talk", _talk, words("a console on an instrument's wire", "仪器线路控制台"))
    talk.add_argument("address", help=words("as a station writes it", "写法同台位文件"))
    talk.add_argument(
        "--ending", choices=("lf", "crlf", "cr", "none"), default="lf", help=words("of each line", "每行的结束符")
    )
    talk.add_argument(
        "--within", type=float, default=2.0, help=words("seconds for an answer (default 2)", "应答等待秒数（默认 2）")
    )
    talk.add_argument("--transcript", type=Path, help=words("file that keeps every byte", "保存全部字节的文件"))
    bench = command(
        "bench",
        _bench,
        words("ask every instrument of a bench, change nothing", "检查台位上的每台仪器（只读）"),
        json=True,
    )
    bench.add_argument(
        "station", nargs="?", default="", help=words("station file, or a bench that ships", "台位文件或随附台位名称")
    )
    bench.add_argument(
        "--endpoints",
        type=Path,
        help=words("file with the line that `labctl simulate` printed", "labctl simulate 输出行所在文件"),
    )


def _identify(options: argparse.Namespace, language: Language) -> int:
    if options.serial_ports:
        return _serial_ports(options)
    from labctl.app.identify import Try, identify

    def tell(one: Try) -> None:
        if not options.json:
            say(one.line)

    found = identify(options.address, options.driver, patience=options.patience, tell=tell)
    if options.json:
        put_json(found.plain())
    else:
        put(found.text(language))
    return found.status


def _serial_ports(options: argparse.Namespace) -> int:
    from labctl.transport.serial import serial_ports

    ports = serial_ports()
    if options.json:
        put_json([{"port": port, "address": f"serial://{port}", "description": said} for port, said in ports])
    else:
        for port, said in ports:
            put(f"serial://{port}  {said}")
    return FINE


def _talk(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.talk import Console

    console = Console(
        options.address,
        ending=options.ending,
        within=options.within,
        transcript=options.transcript,
        say=put,
        language=language,
    )
    console.talk(_lines())
    return FAILED if console.silent else FINE


def _lines() -> Iterator[str]:
    """Yield the lines of the input, with a prompt where somebody sits before it."""
    prompted = sys.stdin.isatty()
    while True:
        if prompted:
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def _bench(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.bench import report_on
    from labctl.app.station import simulated_bench

    report = report_on(options.station or str(simulated_bench()), endpoints=text_of(options.endpoints))
    if options.json:
        put_json(report.plain())
    else:
        put(report.text(language))
    return report.status
