"""The worked examples that ship give the figures that their sources state."""

from pathlib import Path

import pytest

from labctl.cli import main
from tests.app.evaluate.calculations import EXAMPLES, answer

# y, u and U as the sources state them: EA-4/02 M:2022, S2 and S4; the others were computed with an independent
# calculator (GTC 1.5.1) and central differences.
STATED = {
    "dmm-10v": ("e", 120.0, 80.88532376148304, 161.77064752296607),
    "gauge-block-50mm": ("l_X", 49.999926, 3.638934459426276e-05, 7.3e-05),
    "gravimetric-flow": ("q_v", 90.11029025226264, 0.007003439330028303, 0.014006878660056605),
    "pt100-bath": ("e", 58.3398017295752, 10.040109845798362, 20.080219691596724),
    "weight-10kg": ("m_X", 10000.025, 0.0293, 0.059),
}


def test_every_example_is_stated() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.toml")} == set(STATED)


@pytest.mark.parametrize("name", STATED)
def test_an_example_gives_its_stated_figures(capsys: pytest.CaptureFixture[str], name: str) -> None:
    output, value, u, expanded = STATED[name]
    status, told = answer(capsys, EXAMPLES / f"{name}.toml", "--monte-carlo", "20000")
    found = told["outputs"][output]
    assert status == 0
    assert found["value"] == pytest.approx(value, rel=1e-6)
    assert found["u"] == pytest.approx(u, rel=2e-3)
    assert found["U"] == pytest.approx(expanded, rel=1e-2)
    assert found["monte_carlo"]["u"] == pytest.approx(u, rel=0.03)


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize(("language", "words"), [("en", "By source:"), ("zh", "按依据汇总：")])
def test_an_example_speaks_both_languages(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, language: str, words: str
) -> None:
    page, plot, table = tmp_path / "b.html", tmp_path / "b.svg", tmp_path / "b.csv"
    wanted = ["--html", str(page), "--plot", str(plot), "--csv", str(table), "--language", language]
    assert main(["evaluate", str(EXAMPLES / f"{name}.toml"), *wanted]) == 0
    assert words in capsys.readouterr().out
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert plot.read_text("utf-8").startswith("<svg ")
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_example_runs_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = answer(capsys, Path("dmm-10v"))
    assert status == 0
    assert set(report["outputs"]) == {"e"}
