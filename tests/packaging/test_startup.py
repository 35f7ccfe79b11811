"""The command line starts fast because nothing heavy is imported before it is needed."""

import subprocess
import sys

HEAVY = ("PySide6", "importlib.metadata", "lxml", "numpy", "pyqtgraph", "pyvisa", "scipy", "typst")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; before = set(sys.modules); sys.argv = ['labctl', '--help']\n"
        "from labctl.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(ran.stderr.splitlines()[-1].split())
    assert imported.isdisjoint(HEAVY)


def test_help_names_every_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "labctl.cli", "--help"], capture_output=True, text=True, check=True)
    for command in (
        "instruments",
        "new-pack",
        "simulate",
        "identify",
        "talk",
        "bench",
        "calibrate",
        "resume",
        "runs",
        "certificate",
        "verify",
        "explain",
        "demo",
        "gui",
        "backup",
    ):
        assert command in ran.stdout
