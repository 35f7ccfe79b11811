from collections.abc import Iterator

import pytest

from labctl.transport.serve import Server
from tests.transport.talkers import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Server() as server:
        yield Bench(server).serve()


@pytest.fixture(params=["tcp", "hislip", "vxi11", "prologix", "serial"])
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)
