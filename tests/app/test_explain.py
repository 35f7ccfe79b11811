from pathlib import Path

import pytest

from labctl.app.explain import explain
from labctl.app.issue import CertificatePaths, issue_certificate
from labctl.errors import RecordAltered, UnknownPoint
from labctl.language import Language
from tests.app.laboratory import RUN, laboratory


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> CertificatePaths:
    root = tmp_path_factory.mktemp("explained")
    return issue_certificate(laboratory(root / "lab"), RUN, root / "out")


def test_a_printed_number_is_followed_down_to_the_bytes(paths: CertificatePaths) -> None:
    told = explain(paths.record, "DC voltage/1", Language.ENGLISH)
    printed = next(line for line in told.splitlines() if line.lstrip().startswith("E = ") and "U = " in line)
    error = printed.split()[2]
    assert f"<si:valueXMLList>{error} " in paths.xml.read_text("utf-8")
    for expected in (
        f"→ {error}",
        "half to even",
        "E = V_ind + d_res - V_s - d_emf",
        "accuracy specification of Calibrator",
        "(unverified)",
        "ν_eff",
        "V_ind: 10 observations",
        r"b'READ?\n' → b'+",
        "set to 0.05 V",
        r"b'OUT 0.05 V\r\n'",
        "certificate SIM-CAL-5522-001",
        "keysight.k34465a.K34465A",
        "2026-01-05T00:3",
    ):
        assert expected in told, expected


def test_the_chinese_explanation_says_the_same_in_chinese(paths: CertificatePaths) -> None:
    told = explain(paths.record, "DC voltage/1", Language.CHINESE)
    for expected in ("印出的数字", "修约到", "不确定度预算", "未经核实", "10 个观测值", "溯源", "示值误差"):
        assert expected in told, expected


@pytest.mark.parametrize(
    "asked", ["10 V", "10 V / 10 V", "10V/10V", "DC voltage/9", "10000 mV", "as found/DC voltage/9"]
)
def test_a_point_is_found_by_its_value_its_title_or_its_row(paths: CertificatePaths, asked: str) -> None:
    assert "DC voltage, 10 V / 10 V" in explain(paths.record, asked, Language.ENGLISH).splitlines()[0]


def test_a_negative_point_may_be_written_as_it_is_printed(paths: CertificatePaths) -> None:
    assert "10 V / -9.5 V" in explain(paths.record, "−9.5 V", Language.ENGLISH).splitlines()[0]


def test_a_certificate_is_explained_by_the_record_beside_it(paths: CertificatePaths) -> None:
    assert explain(paths.pdf, "10 V", Language.ENGLISH) == explain(paths.record, "10 V", Language.ENGLISH)


@pytest.mark.parametrize("asked", ["11 V", "nonsense", ""])
def test_an_unknown_point_is_answered_with_the_choices(paths: CertificatePaths, asked: str) -> None:
    with pytest.raises(UnknownPoint, match="DC voltage/9") as refused:
        explain(paths.record, asked, Language.ENGLISH)
    assert refused.value.count == 0


def test_a_point_of_two_phases_has_to_be_told_apart(tmp_path: Path) -> None:
    adjusted = issue_certificate(laboratory(tmp_path / "lab", adjust=True), RUN, tmp_path / "out")
    with pytest.raises(UnknownPoint, match="names 2 points"):
        explain(adjusted.record, "10 V", Language.ENGLISH)
    told = explain(adjusted.record, "as left/DC voltage/9", Language.ENGLISH)
    assert "DC voltage, 10 V / 10 V" in told.splitlines()[0]


def test_an_altered_record_explains_nothing(paths: CertificatePaths, tmp_path: Path) -> None:
    altered = tmp_path / "record.zip"
    altered.write_bytes(paths.record.read_bytes().replace(b"READ?", b"READ!", 1))
    with pytest.raises(RecordAltered):
        explain(altered, "10 V", Language.ENGLISH)
    lonely = tmp_path / "lonely" / "certificate.pdf"
    lonely.parent.mkdir()
    lonely.write_bytes(paths.pdf.read_bytes())
    with pytest.raises(RecordAltered, match=r"name its record\.zip"):
        explain(lonely, "10 V", Language.ENGLISH)
