"""What every test takes for granted: no screen, English unless it asks, and a data folder that is nobody's."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any window is made
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


@pytest.fixture(scope="session", autouse=True)
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the language and the records of the person who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABCTL_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("LABCTL_LANGUAGE", "en")
        yield
