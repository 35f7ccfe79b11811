"""Where the official schemas lie: other people's files, tested against in place and never copied."""

import os
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DCC = Path("xsd/dcc/v3.3.0/dcc.xsd")
ABSENT = "the DCC schemas are not here: put them into ../shared/dcc, or name the folder in LABCTL_DCC_SCHEMA"


def folder() -> Path | None:
    """Return the folder of the schemas, if there is one."""
    for place in _places():
        if (place / DCC).is_file():
            return place
    return None


def _places() -> Iterator[Path]:
    named = os.environ.get("LABCTL_DCC_SCHEMA")
    if named:
        yield Path(named)
    yield CHECKOUT.parent / "shared" / "dcc"
