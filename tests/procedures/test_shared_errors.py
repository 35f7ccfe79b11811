"""An error that all points have in common does not become less by averaging: a model that thinks so shows."""

from pathlib import Path

import pytest

from labctl.app.validate import PointCoverage, validate
from tests.procedures.electrical import shortened

TABLES = {
    "zero.csv": "range [V], readings\n10, 2",
    "points.csv": "range [V], nominal [V], readings\n" + "\n".join(f"10, {volts}, 2" for volts in range(2, 11)),
}
CALIBRATOR = "[instruments.calibrator.certificate]"
MEAN = """METHOD.reduce(
    "Mean error", zh="平均误差", model=Model("E_m = mean(E[:])", E=Result("DC voltage", "E")), each="unit"
)
METHOD.table("Mean error", zh="平均误差", columns=("E_m", "U(E_m)"))
METHOD.require("""


def mean_error(to: Path, sharing: str) -> PointCoverage:
    """Return the coverage of a mean over nine voltages, where the calibrator's record says how its error is shared."""
    method = shortened("dmm_dc_voltage", to, TABLES)
    changes = {
        "bench.toml": (CALIBRATOR, f'[instruments.calibrator.sharing]\nspecification = "{sharing}"\n\n{CALIBRATOR}'),
        "procedure.py": ("METHOD.require(", MEAN),
    }
    for name, (old, new) in changes.items():
        text = (method / name).read_text("utf-8")
        assert old in text
        text = text.replace(old, new, 1).replace("    Resolution,\n", "    Resolution,\n    Result,\n", 1)
        (method / name).write_text(text, "utf-8")
    found = validate(str(method), trials=20, workers=0)
    return next(each for each in found.points if each.symbol == "E_m")


@pytest.mark.parametrize(("sharing", "least", "most"), [("common", 0.95, 1.0), ("local", 0.0, 0.6)])
def test_a_shared_error_that_is_taken_for_independent_ones_is_caught_by_its_coverage(
    sharing: str, least: float, most: float, tmp_path: Path
) -> None:
    """Nine voltages of one range of one calibrator: its error is in all of them, so a third of u is too little."""
    found = mean_error(tmp_path, sharing)
    assert least <= found.covered.share <= most
