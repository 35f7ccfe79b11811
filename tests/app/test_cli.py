"""The command line as a person or script uses it: words, statuses, JSON, and the whole road."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl.app.calibrate import attach
from labctl.cli import DIFFERENT, FAILED, FINE, FOUND, NOT_VERIFIABLE, REFUSED, main
from labctl.clock import WallClock
from labctl.errors import EngineGone, RecordAltered, StationError, StoreFailed, WrongIdentity
from labctl.language import Language

SHORT = str(Path(__file__).parent.parent / "faults" / "methods" / "short")
CLOCK = WallClock()


def labctl(*arguments: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "labctl.cli", *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder that holds one finished run."""
    folder = tmp_path_factory.mktemp("lab")
    done = labctl("--data", str(folder), "calibrate", "--yes", "--json", "--by", "Wang")
    assert done.returncode == FINE, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], Path(told["journal"]).parent) == ("finished", folder / "runs")
    return folder


@pytest.fixture
def run(data: Path) -> str:
    return next((data / "runs").glob("*.sqlite")).stem


def test_help_speaks_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for language, word in (("en", "calibration laboratory"), ("zh", "校准实验室")):
        with pytest.raises(SystemExit) as ended:
            main(["--language", language, "--help"])
        assert ended.value.code == FINE
        assert word in capsys.readouterr().out


def test_every_word_of_every_command_is_explained_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[Language, dict[str, str]] = {}
    for language in Language:
        told[language] = {}
        for name in re.findall(r"^    ([a-z-]+) ", printed_help(["--language", language.value], capsys), re.MULTILINE):
            told[language][name] = printed_help([name, "--language", language.value], capsys)
    assert len(told[Language.ENGLISH]) > 20
    assert told[Language.ENGLISH].keys() == told[Language.CHINESE].keys()
    for name, words in told[Language.CHINESE].items():
        bare = re.findall(r"^  (\S.*)\n(?!    )", words, re.MULTILINE)
        assert all(chinese(each) for each in bare), f"{name}: {bare}"
        assert not re.search(r"usage|options|positional|show this", words), words


def printed_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    return capsys.readouterr().out


def chinese(words: str) -> bool:
    return any("\u4e00" <= each <= "\u9fff" for each in words)


def test_a_usage_error_has_its_own_status_in_either_language(capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("en", "unrecognized arguments: --colour"), ("zh", "无法识别的参数：--colour")):
        with pytest.raises(SystemExit) as ended:
            main(["calibrate", "--colour", "blue", "--language", language])
        assert ended.value.code == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("asked", [["--trials", "0"], ["--trials", "x"], ["--seed", "x"], ["--seed"], []])
def test_what_is_wrong_with_an_argument_is_said_in_chinese(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["validate", "--language", "zh", *asked])
    _, _, wrong = capsys.readouterr().err.partition("错误：")
    assert chinese(wrong)
    assert not re.search("argument|expected|invalid|required", wrong)


def test_runs_and_one_run(data: Path, run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "runs", "--json"]) == FINE
    listed = json.loads(capsys.readouterr().out)
    assert [(each["run"], each["state"], each["points"]) for each in listed] == [(run, "finished", 19)]
    assert main(["show", run, "--data", str(data), "--json"]) == FINE
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["results"]) == 19
    assert main(["--data", str(data), "--language", "zh", "show", run]) == FINE
    assert "完成：所有校准点均已记录" in capsys.readouterr().out


def test_without_a_station_a_method_runs_on_its_own_bench(tmp_path: Path) -> None:
    """Of the reference for PM2.5: masses are read in milligrams, a flow as its nominal value is, and the run rests."""
    done = labctl("--data", str(tmp_path), "calibrate", "pm25-gravimetric", "--language", "en")
    assert re.search(r"F1, sample: m = \d{3}\.\d{4} mg, U = 0\.\d{4} mg", done.stderr)
    assert re.search(r"d_q = -?0\.\d+ L/min", done.stderr)
    assert "— Clean filters\n" in done.stderr
    assert "labctl resume" in done.stderr


def test_a_bench_of_two_lines_is_a_station_too(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text('bench = "particulate"\nunit = "nobody"\n', "utf-8")
    done = labctl("calibrate", "pm25-monitor", "--station", str(tmp_path / "bench.toml"), "--data", str(tmp_path))
    assert (done.returncode, "nobody" in done.stderr) == (REFUSED, True), done.stderr


def test_the_run_says_who_is_responsible(data: Path, run: str) -> None:
    journal = attach(data, run).journal
    assert b'"by":"Wang"' in journal.read_bytes()


def test_certificate_verify_explain_backup(
    data: Path, run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(data), "certificate", run, "--out", str(tmp_path), "--json"]) == FINE
    paths = json.loads(capsys.readouterr().out)
    assert main(["--data", str(data), "verify", paths["pdf"], "--json"]) == FINE
    assert json.loads(capsys.readouterr().out)["verified"]
    assert main(["explain", paths["record"], "--point", "10 V / -9.5 V"]) == FINE
    assert "READ?" in capsys.readouterr().out
    alone = tmp_path / "alone" / "certificate.pdf"
    alone.parent.mkdir()
    alone.write_bytes(Path(paths["pdf"]).read_bytes())
    assert main(["--data", str(tmp_path / "nothing"), "verify", str(alone)]) == NOT_VERIFIABLE
    changed = bytearray(Path(paths["xml"]).read_bytes())
    changed[len(changed) // 2] ^= 1
    Path(paths["xml"]).write_bytes(changed)
    assert main(["--data", str(data), "verify", paths["xml"]]) == DIFFERENT
    capsys.readouterr()
    assert main(["--data", str(data), "backup", str(tmp_path / "copy"), "--json"]) == FINE
    assert run in {each["stream"] for each in json.loads(capsys.readouterr().out)["copied"]}
    assert main(["--data", str(tmp_path / "copy"), "show", run]) == FINE


def test_a_run_that_has_ended_is_not_taken_up_again(data: Path, run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "resume", run, "--yes"]) == REFUSED
    assert "has ended (finished)" in capsys.readouterr().err


def test_a_procedure_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "dmm-dc-voltage"]) == FINE
    assert main(["check", SHORT]) == FOUND  # it prints no table and requires nothing
    assert "procedure.py" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["show", "20200101-0000"], FAILED, "no such run"),
        (["resume", "20200101-0000"], FAILED, "no such run"),
        (["calibrate", "nonsense", "--yes"], REFUSED, "dmm-dc-voltage"),
        (["calibrate", "--station", "missing.toml"], REFUSED, "missing.toml"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, word: str
) -> None:
    assert main(["--data", str(tmp_path), *arguments]) == status
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said


def test_statuses_tell_errors_apart() -> None:
    from labctl.cli import status_of
    from labctl.language import Text

    problem = Text("p", zh="问题")
    assert status_of(RecordAltered(record="r", problem=problem)) == DIFFERENT
    assert status_of(StoreFailed(record="r", problem=problem)) == FAILED
    assert status_of(EngineGone(run="r")) == FAILED
    assert status_of(WrongIdentity(address="a", expected="e", found="f")) == FAILED
    assert status_of(StationError(file="f", line=1, where="w", problem=problem, remedy=problem)) == REFUSED


@pytest.fixture
def real_time(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a run in real time on the command line, and return it when the calibrator presents something."""
    with subprocess.Popen(
        [sys.executable, "-m", "labctl.cli", "--data", str(tmp_path), "calibrate", SHORT, "--yes", "--real-time"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        said = ""
        while "▸" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process on Windows")
def test_an_interrupt_at_the_terminal_aborts_the_run(real_time: "subprocess.Popen[str]") -> None:
    os.kill(real_time.pid, signal.SIGINT)
    _, said = real_time.communicate(timeout=30)
    assert "aborted" in said
    assert real_time.returncode == FOUND


def test_the_end_of_its_controller_does_not_disturb_a_run(real_time: "subprocess.Popen[str]", tmp_path: Path) -> None:
    real_time.kill()
    real_time.wait()
    run = next((tmp_path / "runs").glob("*.sqlite")).stem
    with attach(tmp_path, run).controller as controller:
        assert controller.alive
        controller.ask("abort", by="tests")
        deadline = CLOCK.monotonic() + 20
        while CLOCK.monotonic() < deadline and controller.alive:
            CLOCK.wait(0.05)
    assert main(["--data", str(tmp_path), "runs"]) == FINE


def test_demo_is_the_whole_road(tmp_path: Path) -> None:
    begun = CLOCK.monotonic()
    done = labctl("demo", "--out", str(tmp_path / "out"), "--language", "zh")
    assert done.returncode == FINE, done.stderr
    assert CLOCK.monotonic() - begun < 60  # 30 s on a machine that does nothing else
    assert len(re.findall(r"已验证", done.stdout)) == 3
    assert (tmp_path / "out" / "certificate.pdf").stat().st_size > 50_000
