#!/usr/bin/env python3
"""Set labctl up in this checkout and start it; needs nothing but Python 3.11.

`demo` calibrates a simulated multimeter and issues its certificate, `test` runs all tests, `gui` opens the window,
`setup` stops before any of them. Words after the first are handed on. The second time, nothing is installed again.
"""

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LABCTL = PYTHON.with_name("labctl.exe" if WINDOWS else "labctl")
STAMP = VENV / "labctl-installed"

# What the wheels of Qt expect of a Linux system, and the Debian package that brings it.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# What a window on a screen needs besides; tests draw their windows without a screen.
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Independent readers with which the tests look at certificates.
TEST_PROGRAMS = {"pdftotext": "poppler-utils", "xmllint": "libxml2-utils"}


def main(arguments: list[str]) -> int:
    """Set up what the first word asks for, then start it with the other words."""
    commands = ("demo", "test", "gui", "setup")
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        say(f"Usage: python3 {Path(__file__).name} {{{'|'.join(commands)}}} [...]", "用法同上行英文。")
        return 0 if arguments and arguments[0] in {"-h", "--help"} else 2
    command, *rest = arguments
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must read this sentence, not a traceback
        say(
            f"labctl needs Python 3.11 or newer; this is {sys.version.split()[0]}. Start me with python3.11.",
            f"labctl 需要 Python 3.11 或更新版本；当前为 {sys.version.split()[0]}。请改用 python3.11 运行。",
        )
        return 2
    os.chdir(HERE)
    try:
        install_system_packages(command)
        install_python_packages("test" if command == "test" else "runtime")
    except subprocess.CalledProcessError as failure:
        say(
            f"Stopped: '{' '.join(map(str, failure.cmd))}' ended with {failure.returncode}; its last lines say why. "
            "Mend that and run me again: finished steps are not repeated.",
            f"已停止：“{' '.join(map(str, failure.cmd))}” 返回 {failure.returncode}，原因见上文末行。"
            "解决后请重新运行，已完成的步骤不会重复。",
        )
        return 1
    return start(command, rest)


def start(command: str, rest: list[str]) -> int:
    """Start labctl or its tests from the virtual environment; return their exit status."""
    environment = dict(os.environ)
    if command == "setup":
        say(f"Ready. Start labctl with {LABCTL}.", f"安装完成。启动命令：{LABCTL}")
        return 0
    if command == "test":
        environment["QT_QPA_PLATFORM"] = "offscreen"
        # Two at a time, unless somebody says otherwise: many tests wait for processes that are killed or frozen.
        line = [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "worksteal", *rest]
    else:
        line = [str(LABCTL), command, *rest]
    try:
        return subprocess.run(line, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


def install_system_packages(command: str) -> None:
    """Install what Debian must bring, as root; otherwise say what is missing and how to get it.

    Raises:
        SystemExit: something is missing that this command cannot do without, and we may not install it.
        subprocess.CalledProcessError: apt-get failed.
    """
    if not sys.platform.startswith("linux"):
        return
    needed = missing_for_python()
    wanted = missing_libraries(QT_LIBRARIES)
    if command == "gui":
        wanted += missing_libraries(SCREEN_LIBRARIES)
    if command == "test":
        wanted += [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]
    if command != "demo":
        needed += wanted
    packages = list(dict.fromkeys(needed + wanted))
    if not packages:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing system packages: {' '.join(packages)}", f"正在安装系统软件包：{' '.join(packages)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(install, env=quiet, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return
    line = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
    say(
        f"These system packages are missing: {' '.join(packages)}. Install them with: {line}",
        f"缺少系统软件包：{' '.join(packages)}。请执行：{line}",
    )
    if needed:
        raise SystemExit(1)
    say("Only the window needs them; going on without.", "只有图形窗口需要它们，现继续。")


def missing_for_python() -> list[str]:
    """Name the package that lets this Python make virtual environments, if it is missing."""
    if working_venv() or importlib.util.find_spec("ensurepip") is not None:
        return []
    return [f"python3.{sys.version_info.minor}-venv"]


def missing_libraries(libraries: dict[str, str]) -> list[str]:
    """Name the packages whose library cannot be loaded."""
    missing: list[str] = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def install_python_packages(kind: str) -> None:
    """Make the virtual environment and install the locked requirements and labctl itself, each only when changed.

    Raises:
        subprocess.CalledProcessError: pip failed.
    """
    wished, tested = stamp(kind), stamp("test")  # who can test can also run
    installed = STAMP.read_text("utf-8") if STAMP.exists() and working_venv() else ""
    if installed in {wished, tested}:
        return
    if not working_venv():
        say(f"Making a virtual environment in {VENV}", f"正在创建虚拟环境：{VENV}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    say("Installing Python packages; the first time takes a few minutes", "正在安装 Python 软件包，首次需要几分钟")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--require-hashes", "--requirement", f"requirements/{kind}.txt"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."], check=True)
    STAMP.write_text(wished, "utf-8")


def working_venv() -> bool:
    """Tell whether the virtual environment's Python starts and has pip."""
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", "import pip"], check=False, capture_output=True).returncode == 0


def stamp(kind: str) -> str:
    """Return what an installation was made from, so that a change is noticed and a moved checkout too."""
    made_from = (HERE / "requirements" / f"{kind}.txt").read_bytes() + (HERE / "pyproject.toml").read_bytes()
    return f"{kind} {hashlib.sha256(made_from).hexdigest()} {HERE}"


def say(english: str, chinese: str) -> None:
    """Print a sentence in the language of the terminal."""
    language = next((os.environ[name] for name in ("LABCTL_LANGUAGE", "LC_ALL", "LANG") if os.environ.get(name)), "")
    print("labctl:", chinese if language.startswith("zh") else english, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
