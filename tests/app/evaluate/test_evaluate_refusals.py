"""Files that must be refused: by code, name, line and remedy, with exit status 3 and never a traceback."""

import json
import re
from pathlib import Path

import pytest

from labctl.cli import main
from tests.app.evaluate.calculations import answer, plain, written

REFUSED = [
    ("value = nan\nu = 1", "not-finite", "line 2"),
    ("value = 1e400\nu = 1", "not-finite", "line 2"),
    ('value = "1"\nu = 1', "not-a-number", "line 2"),
    ("value = true\nu = 1", "not-a-number", "line 2"),
    ("value = 1\nuu = 1", "unknown-field", "Did you mean u?"),
    ("value = 1\nu = -1", "negative-uncertainty", "line 3"),
    ("value = 1\nu = 1\ndof = 0", "dof-not-positive", "line 4"),
    ('value = 1\nu = 1\ndof = "many"', "not-a-number", "inf"),
    ("value = 1", "no-uncertainty", "constant"),
    ("u = 1", "missing-field", "value"),
    ("value = 1\nu = 1\nU = 2\nk = 2", "mixed-u", "line 4"),
    ("value = 1\nU = 2", "k-missing", "k = 2"),
    ("value = 1\nU = 2\nk = 0", "k-not-positive", "line 4"),
    ("readings = [1]", "too-few-readings", "two or more"),
    ("readings = [1, 2]\nu = 1", "mixed-u", "line 3"),
    ('value = 1\nu = 1\nunit = "Vv"', "unknown-unit", "Similar units"),
    ('value = 1\nu = 1\ndistribution = "rectangle"', "unknown-distribution", "rectangular"),
    ('distribution = "rectangular"\nparameters = { lower = 2, upper = 0 }', "limits-crossed", "line 3"),
    ('distribution = "rectangular"\nparameters = { lower = 2 }', "missing-field", "upper"),
    ('value = 9\ndistribution = "rectangular"\nparameters = { lower = 0, upper = 2 }', "contradiction", "line 2"),
    ('value = 1\nu = 3\ndistribution = "rectangular"\nparameters = { lower = 0, upper = 2 }', "contradiction", "u"),
    ('distribution = "trapezoidal"\nparameters = { lower = 0, upper = 2, beta = 2 }', "beta-out-of-range", "beta"),
    ('distribution = "curvilinear_trapezoid"\nparameters = { a = 0, b = 2, d = 3 }', "d-out-of-range", "d"),
    ('distribution = "empirical"\nparameters = { values = [1, 1] }', "too-few-readings", "values"),
    ('distribution = "gamma"\nparameters = { shape = -1, scale = 1 }', "not-positive", "shape"),
    ('distribution = "student_t"\nparameters = { location = 1, scale = 1, dof = 4 }\ndof = 5', "contradiction", "4"),
]


@pytest.mark.parametrize(("stated", "code", "words"), REFUSED)
def test_an_input_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, stated: str, code: str, words: str
) -> None:
    status, told = answer(capsys, written(tmp_path, plain(f"[inputs.a]\n{stated}\n")), "--language", "en")
    assert (status, told["error"]["code"], told["error"]["input"]) == (3, code, "a")
    assert words in told["error"]["message"]
    assert re.search(r"calculation\.toml, line \d+, inputs\.a", told["error"]["message"])


A = '"inputs": {"a": {"value": 1, "u": 1}}'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "not-readable"),
        ("[" * 100_000, "too-deep"),
        ('{"a":' * 90_000, "too-deep"),
        ('{"model": {"y": "a"}, "model": {"y": "a"}, @}', "not-readable"),
        ('{"model": {"y": "a"}, "inputs": {"a": {"value": 1' + "0" * 5000 + ', "u": 1}}}', "not-readable"),
        ('{"model": {"y": "a"}, @, "x": "' + "x" * (1 << 20) + '"}', "too-large"),
        ("{@}", "missing-field"),
        ('{"modle": {"y": "a"}, @}', "unknown-field"),
        ('{"model": {"y": "' + "-" * 1900 + 'a"}, @}', "too-deep"),
        ('{"model": {"y": "__import__(a)"}, @}', "unknown-function"),
        ('{"model": {"y": "a.real"}, @}', "syntax"),
        ('{"model": {"y": "b"}, @}', "unused-input"),
        ('{"model": {"y": "a + b"}, @}', "undefined-symbol"),
        ('{"model": {"y": "a"}, "inputs": 3}', "wrong-type"),
        ('{"model": {"y": 3}, @}', "wrong-type"),
        ('{"model": {"y": "a"}, "inputs": {"a": [1]}}', "wrong-type"),
        ('{"model": {"y": "a"}, @, "correlations": [{"a": "a", "b": "q", "r": 1}]}', "unknown-effect"),
        ('{"model": {"y": "a"}, @, "outputs": {"y": {"unit": "V"}}}', "other-dimension"),
        ('{"model": {"y": "a"}, @, "outputs": {"z": {}}}', "unknown-field"),
        ('{"model": {"y": "a"}, @, "coverage": {"probability": 2}}', "probability-out-of-range"),
        ('{"model": {"y": "a"}, @, "simultaneous": [["a", "a"]]}', "unequal-lengths"),
        ('{"model": {"y": "a"}, @, "simultaneous": ["a"]}', "unknown-effect"),
    ],
)
def test_a_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, code: str) -> None:
    status, told = answer(capsys, written(tmp_path, content.replace("@", A), "case.json"))
    assert (status, told["error"]["code"]) == (3, code)
    assert len(told["error"]["message"]) < 1000


def test_dimensions_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    inputs = '[inputs.a]\nvalue = 1\nu = 1\nunit = "V"\n[inputs.b]\nvalue = 1\nu = 1\nunit = "K"\n'
    status, told = answer(capsys, written(tmp_path, plain(inputs, 'y = "a + b"')))
    assert (status, told["error"]["code"]) == (3, "unit-mismatch")


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"a = [[[", b"[inputs"])
def test_bytes_that_are_no_file_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    assert answer(capsys, file)[0] == 3
    assert answer(capsys, tmp_path / "absent.toml")[1]["error"]["code"] == "no-file"
    assert answer(capsys, tmp_path)[1]["error"]["code"] == "no-file"


def test_a_person_reads_the_sentence_in_the_chosen_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, plain("[inputs.a]\nvalue = 1\nu = -1\n"))
    assert main(["evaluate", str(file), "--language", "zh"]) == 3
    told = capsys.readouterr().err
    assert "第 3 行 inputs.a.u" in told
    assert "请给出不带符号的大小" in told


def test_a_place_that_cannot_be_written_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, plain())
    status, told = answer(capsys, file, "--html", str(tmp_path / "no" / "page.html"))
    assert (status, told["error"]["code"]) == (3, "not-written")


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--probability", "nan"], "probability-out-of-range"), (["--monte-carlo", "10"], "too-few-trials")],
)
def test_options_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, options: list[str], code: str) -> None:
    status, told = answer(capsys, written(tmp_path, plain()), *options)
    assert (status, told["error"]["code"]) == (3, code)


def test_a_line_is_found_in_json_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = json.dumps({"model": {"y": "a"}, "inputs": {"a": {"value": 1, "u": "x"}}}, indent=1)
    _, told = answer(capsys, written(tmp_path, text, "case.json"), "--language", "en")
    line = next(number for number, each in enumerate(text.splitlines(), start=1) if '"u"' in each)
    assert f"case.json, line {line}, inputs.a.u" in told["error"]["message"]
