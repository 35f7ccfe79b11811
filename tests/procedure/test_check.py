"""A procedure read without instruments: one deliberate mistake at a time, each with its code and words."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.errors import ProcedureError
from labctl.language import Language
from labctl.procedure.check import Finding, check
from labctl.procedure.load import load_folder
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD

CHANGES = {
    "LP101 a symbol without a source": ("E = V_ind + d_res", "E = V_ind + d_lin + d_res", "d_lin has no source"),
    "LP102 a source that no equation uses": ("V_s - d_emf", "V_s", "no equation uses d_emf"),
    "LP103 unequal dimensions": ("V_s - d_emf", "V_s * V_ind - d_emf", "Dimensions must agree"),
    "LP104 an unknown role of a source": ('Applied("source")', 'Applied("calibrator")', "there is no role calibrator"),
    "LP105 no Type A": ("V_0=Observed()", 'V_0=Applied("source")', "nothing brings a Type A"),
    "LP106 no resolution": ('d_res=Resolution("unit"))', 'd_res=Characteristic("leads", "x"))', "no resolution"),
    "LP108 an auxiliary in a standard's place": ('Applied("source")', 'Applied("leads")', "leads is no standard"),
    "LP201 a series that nobody fills": ('run.observe("V_0"', 'run.settle("V_x"', ""),
    "LP202 a series filled twice": (
        '    run.apply("V_s", source.source_dc_voltage, point.nominal)\n',
        '    run.apply("V_s", source.source_dc_voltage, point.nominal)\n' * 2,
        "V_s is filled in two places",
    ),
    "LP203 a series the model does not have": (
        'run.observe("V_0"',
        'run.observe("V_O"',
        "V_O is no series of the model",
    ),
    "LP204 a name that is not written out": ('run.observe("V_0"', "run.observe(str(point.key)", "is not written out"),
    "LP205 a figure in a function": (
        "unit.dc_voltage, times=point.readings",
        'unit.dc_voltage, times=3, every="2 s"',
        "the figure 2 s",
    ),
    "LP206 an unknown role in a signature": (
        "point: Point, source: SourcesDcVoltage",
        "point: Point, calibrator: SourcesDcVoltage",
        "there is no role calibrator",
    ),
    "LP207 a role without an ability": (
        "source: SourcesDcVoltage, unit: MeasuresDcVoltage",
        "source, unit: MeasuresDcVoltage",
        "source states no ability",
    ),
    "LP208 a method the ability does not have": (
        "unit.set_dc_voltage_range(point.range)",
        "unit.set_range(point.range)",
        "MeasuresDcVoltage has no set_range",
    ),
    "LP208 an unknown column": (
        "times=point.readings",
        'times=point.count("bursts")',
        "bursts: is no column of the points",
    ),
    "LP208 a verb there is not": (
        'run.settle("V_zero", unit.dc_voltage, STEADY)',
        "run.sleep(3)",
        "run.sleep: is no verb",
    ),
    "LP301 a points file that is not there": (
        'points="zero.csv"',
        'points="null.csv"',
        "the file is not in the procedure's folder",
    ),
    "LP302 a hook of an unknown column": (
        'before_each("range")',
        'before_each("rnage")',
        "points.csv has no column rnage",
    ),
    "LP401 a requirement of an unknown result": ('symbol="E_0"', 'symbol="E0"', "E0 is no result of the model"),
    "LP402 a limit with an unknown name": (
        'symbol="E_0", within="mpe"',
        'symbol="E_0", within="mep"',
        "mep is not known here",
    ),
    "LP403 a table of an unknown column": ('"U(E_0)"', '"U(E0)"', "there is no column U(E0)"),
    "LP404 an adjustment of an unknown section": (
        'of="DC voltage", offer',
        'of="DC Voltage", offer',
        "there is no section 'DC Voltage'",
    ),
    "LP501 a title without Chinese": (
        '"Zero error", zh="零位误差"',
        '"Zero error"',
        "'Zero error' has no Chinese title",
    ),
    "LP502 a picture that is not there": ('picture="short.svg"', 'picture="shot.svg"', "there is no picture shot.svg"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copytree(METHOD.folder, tmp_path / "method", ignore=ignore_patterns("__pycache__"))
    return tmp_path / "method"


def changed(folder: Path, before: str, after: str) -> tuple[Finding, ...]:
    file = folder / "procedure.py"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    return check(load_folder(folder))


def test_the_bundled_procedure_is_clean() -> None:
    assert check(METHOD) == ()


@pytest.mark.parametrize("name", CHANGES)
def test_each_mistake_is_found(folder: Path, name: str) -> None:
    code, (before, after, words) = name.split(maxsplit=1)[0], CHANGES[name]
    found = [each for each in changed(folder, before, after) if each.code == code]
    assert found, f"{code} was not found"
    assert words in found[0].said(Language.ENGLISH)
    assert found[0].problem.zh
    assert found[0].remedy.zh


def test_a_finding_names_file_line_code_and_remedy_in_both_languages(folder: Path) -> None:
    (found,) = [each for each in changed(folder, "V_s - d_emf", "V_s - d_emf - d_lin") if each.code == "LP101"]
    text = METHOD.files["procedure.py"].decode()
    line = text.splitlines().index("ERROR = Model(") + 1
    assert found.said(Language.ENGLISH) == (
        f"procedure.py:{line}: LP101 error: section DC voltage: d_lin has no source. "
        "Declare it in Model(…), as d_lin=Observed()"
    )
    assert found.said(Language.CHINESE) == (
        f"procedure.py:{line}: LP101 错误: “直流电压”部分：d_lin 没有来源。请在 Model(…) 中声明，如 d_lin=Observed()"
    )


def test_points_without_a_source_are_a_warning(folder: Path) -> None:
    (folder / "zero.csv").write_text("range [V], readings\neach, 3\n", "utf-8")
    (found,) = check(load_folder(folder))
    assert (found.code, found.severity.value, found.file) == ("LP303", "warning", "zero.csv")


MALFORMED = [
    ("x = (", "procedure.py, line 1: is no Python: '(' was never closed", "procedure.py, line 1：不是有效的 Python"),
    (
        "from labctl.procedure import Procedure\n\nfrom labctl.procedure import Fleet\n",
        "procedure.py, line 3: Fleet is not in this release. What this release knows stands in docs/",
        "procedure.py, line 3：本版本没有 Fleet。本版本支持的内容见 docs/",
    ),
    (
        "1 / 0\n",
        "procedure.py, line 1: ZeroDivisionError: division by zero. Correct the line",
        "procedure.py, line 1：ZeroDivisionError",
    ),
    (
        'from labctl.procedure import Model\nM = Model("E = a +")\n',
        "procedure.py, line 2: equation 'E = a +', position",
        "procedure.py, line 2：方程 'E = a +'",
    ),
    (
        'from labctl.procedure import Roles, Standard\nR = Roles(source=Standard("Calibrator"))\n',
        "procedure.py, line 2, Roles(…): 0 units under test, one is needed. Declare one",
        "procedure.py, line 2, Roles(…)：有 0 个被测对象",
    ),
    (
        'from labctl.procedure import Environment\nE = Environment(temperature="warm")\n',
        "procedure.py, line 2: 'warm', position 1: an interval is written",
        "procedure.py, line 2：'warm' 第 1 个字符：区间应写成",
    ),
    ("x = 1\n", "procedure.py: holds 0 procedures, one is needed. Declare it as METHOD", "procedure.py：含有 0 个规程"),
]


@pytest.mark.parametrize(("text", "english", "chinese"), MALFORMED, ids=[each[1][14:50] for each in MALFORMED])
def test_a_malformed_procedure_is_told_with_its_line(tmp_path: Path, text: str, english: str, chinese: str) -> None:
    (tmp_path / "procedure.py").write_text(text, "utf-8")
    with pytest.raises(ProcedureError) as refused:
        load_folder(tmp_path)
    assert refused.value.within(Language.ENGLISH).startswith(english)
    assert refused.value.within(Language.CHINESE).startswith(chinese)


def test_words_of_later_releases_are_refused_by_name(folder: Path) -> None:
    for before, after, word in (
        ('symbol="E_0", within="mpe"', 'symbol="E_0", within="mpe", within_range="mpe"', "within_range"),
        ('METHOD.require("Zero error"', 'METHOD.interlude("Zero error"', "interlude"),
    ):
        with pytest.raises(ProcedureError, match=rf"line \d+: {word} is not in this release"):
            changed(folder, before, after)
        (folder / "procedure.py").write_bytes(METHOD.files["procedure.py"])


def test_a_copy_has_the_same_digest_and_a_changed_byte_another(folder: Path) -> None:
    assert load_folder(folder).digest == METHOD.digest
    (folder / "zero.csv").write_bytes(METHOD.files["zero.csv"] + b"\n")
    assert load_folder(folder).digest != METHOD.digest


def test_every_code_has_its_line_in_the_reference() -> None:
    root = Path(__file__).parents[2]
    sources = [
        *(root / "labctl" / "procedure").rglob("*.py"),
        *(root / "labctl" / "app" / name for name in ("check.py", "foretelling.py", "misfits.py")),
    ]
    used = {code for file in sources for code in re.findall(r'"(LP\d{3})"', file.read_text("utf-8"))}
    page = (root / "docs" / "reference" / "procedure-language.md").read_text("utf-8")
    assert used == set(re.findall(r"\| (LP\d{3}) \|", page))
