"""Commands on instruments: what is installed, and simulators served alone or together, with their faults."""

import argparse
from pathlib import Path

from labctl.cli.parser import Command, Words
from labctl.cli.speech import FINE, FOUND, put, put_json
from labctl.language import Language

_PARAMETERS = ("on", "times", "after", "seconds", "rate", "bytes", "line")


def add(command: Command, words: Words) -> None:
    """Add the commands on what is installed."""
    command("instruments", _instruments, words("list the installed drivers", "列出已安装的仪器驱动"), json=True)
    pack = command("new-pack", _new_pack, words("begin a pack of your own", "新建自己的扩展包"), json=True)
    pack.add_argument("name", help=words("of the distribution, acme-labctl", "发行包名称，如 acme-labctl"))
    pack.add_argument("--maker", required=True, help=words("whose instruments it drives", "仪器制造商"))
    pack.add_argument("--out", type=Path, default=Path(), help=words("folder around the new one", "上级文件夹"))
    simulate = command(
        "simulate",
        _simulate,
        words(
            "serve simulators until interrupted, or act on a simulation", "运行模拟器直至中断，或操作运行中的模拟台位"
        ),
        json=True,
    )
    what = simulate.add_argument_group(words("what is served", "运行内容"))
    one = what.add_mutually_exclusive_group()
    one.add_argument(
        "--station",
        help=words("the simulators of a station file, or of a bench that ships", "台位文件或随附台位中的模拟器"),
    )
    one.add_argument("--bench", metavar="NAME", help=words("a bench that ships, by name", "随附台位的名称"))
    one.add_argument("--model", help=words("one simulator by itself, fluke/5522A", "单个模拟器，如 fluke/5522A"))
    one.add_argument("--list", action="store_true", help=words("list models and benches", "列出型号和台位"))
    one.add_argument(
        "--control",
        metavar="ADDRESS",
        help=words(
            "act on the simulation whose line has this address behind `operator`; or a file with the line",
            "操作运行中的模拟台位：其输出行中 operator 后的地址，或保存该行的文件",
        ),
    )
    what.add_argument("--serial", default="SIM0001", help=words("serial number of the model", "该型号的出厂编号"))
    what.add_argument("--seed", type=int, help=words("of all chance", "随机种子"))
    what.add_argument(
        "--no-noise",
        dest="noise",
        action="store_const",
        const=False,
        help=words("nothing changes by chance in time; hidden errors stay", "无随时间变化的随机噪声；隐含误差保留"),
    )
    what.add_argument("--time", choices=("wall", "simulated"), default="wall", help=words("how time passes", "时间"))
    acts = simulate.add_argument_group(words("with --control", "配合 --control"))
    acts.add_argument("--instrument", default="instrument", help=words("its name in the line", "输出行中的仪器名称"))
    acts.add_argument("--fault", metavar="NAME", help=words("switch a fault on", "加入故障"))
    acts.add_argument(
        "--mend", metavar="NAME", nargs="?", const="", help=words("switch a fault off, or all", "排除一个或全部故障")
    )
    acts.add_argument("--act", metavar="ACTION", help=words("do something on the bench", "在台位上执行操作"))
    acts.add_argument("--state", action="store_true", help=words("what its front panel shows", "显示面板状态"))
    acts.add_argument("--on", help=words("strike only messages that begin so", "仅对以此开头的指令"))
    acts.add_argument("--times", type=int, help=words("so many times", "次数"))
    acts.add_argument("--after", type=int, help=words("after so many messages", "此前放过的指令数"))
    acts.add_argument("--seconds", type=float, help=words("of delay", "延迟秒数"))
    acts.add_argument("--rate", type=float, help=words("of a drift, a second", "每秒漂移量"))
    acts.add_argument("--bytes", type=int, help=words("that are cut off", "截去的字节数"))
    acts.add_argument("--line", help=words("that comes unasked", "主动发出的内容"))


def _instruments(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.installed import installed

    found = installed()
    if options.json:
        put_json(found.plain())
    else:
        put(found.text(language))
    return FOUND if found.broken else FINE


def _new_pack(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.new_pack import write_pack

    del language
    files = [str(each) for each in write_pack(options.name, options.maker, options.out)]
    if options.json:
        put_json({"files": files})
    else:
        put("\n".join(files))
    return FINE


def _simulate(options: argparse.Namespace, language: Language) -> int:
    if options.list:
        return _list(options, language)
    if options.control is not None:
        return _act(options)
    from labctl.app.own_bench import bench_named
    from labctl.app.simulate import bench_alone, bench_of, serve_until_told
    from labctl.app.station import read_station, shipped_bench, simulated_bench
    from labctl.clock import SimulatedClock, WallClock

    clock = SimulatedClock() if options.time == "simulated" else WallClock()
    if options.model is not None:
        bench = bench_alone(options.model, serial=options.serial, seed=options.seed, noise=options.noise, clock=clock)
    else:
        named = shipped_bench(options.bench) if options.bench else simulated_bench()
        file = bench_named(options.station).station if options.station else named
        bench = bench_of(read_station(file), seed=options.seed, noise=options.noise, clock=clock)
    serve_until_told(bench)
    return FINE


def _list(options: argparse.Namespace, language: Language) -> int:
    from labctl.app.installed import simulatable
    from labctl.app.station import shipped_benches

    found = simulatable(tuple(shipped_benches()))
    if options.json:
        put_json(found.plain())
    else:
        put(found.text(language))
    return FOUND if found.broken else FINE


def _act(options: argparse.Namespace) -> int:
    from labctl.app.steer import RunningSimulation

    simulation = RunningSimulation(options.control)
    try:
        answer: dict[str, object] = {}
        if options.mend is not None:
            answer |= simulation.mend(options.instrument, options.mend)
        if options.fault is not None:
            given = {name: getattr(options, name) for name in _PARAMETERS}
            wanted = {name: value for name, value in given.items() if value is not None}
            answer |= simulation.fault(options.instrument, options.fault, **wanted)
        if options.act is not None:
            answer |= simulation.act(options.act)
        if options.state or not answer:
            answer |= simulation.state(options.instrument)
    finally:
        simulation.close()
    if options.json or "state" in answer:
        put_json(answer)
    return FINE
