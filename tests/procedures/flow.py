"""Methods of flowmeters for tests: the shipped folders with fewer points, and records of a rig that a test writes."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from attrs import evolve

import labctl_procedures.flow
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.records.equipment import Asset, Basis, Characteristic, CorrectionPoint
from tests.procedures.budgets import asset

FIELD = Path(labctl_procedures.flow.__file__).parent
NOTHING = "1e-9"


def shortened(name: str, to: Path, points: str, *, diverter: str = "", wrong: tuple[str, str] | None = None) -> str:
    """Return a copy of a method with other points, and with one of its terms made wrong."""
    copied = to / name
    copytree(FIELD / name, copied, ignore=ignore_patterns("__pycache__"))
    for file, text in (("points.csv", points), ("diverter.csv", diverter)):
        if text:
            (copied / file).write_text(f"# fewer points for a test, unconfirmed\n{text}", "utf-8")
    if wrong is not None:
        text = (copied / "procedure.py").read_text("utf-8")
        assert wrong[0] in text
        (copied / "procedure.py").write_text(text.replace(*wrong), "utf-8")
    return str(copied)


def certified(key: str, quantity: str, relative: float, drift: str, *, unit: str, top: float) -> Asset:
    """Return a standard whose certificate states U (k = 2) as a share of what it shows, and corrects nothing."""
    lines = tuple(
        CorrectionPoint(
            at=Quantity.of(at, unit),
            correction=Quantity.of(0, unit),
            expanded_uncertainty=Quantity.of(relative * at + 1e-12, unit),
        )
        for at in (0.0, top)
    )
    return evolve(
        asset(key), basis=Basis.CORRECTIONS, corrections={quantity: lines}, drift={quantity: drift} if drift else {}
    )


def characterised(record: Asset, name: str, value: str, expanded: str) -> Asset:
    """Return a record with one more characteristic: a value with its U (k = 2)."""
    parse_quantity(value)
    made = Characteristic(name=name, value=value, figure=expanded, distribution="normal", source="reference budget")
    return evolve(record, characteristics=(*record.characteristics, made))
