"""Every installed method on its own bench: nothing to mend in its text, and a run that ends in verified files."""

from pathlib import Path

import pytest

from labctl.app.check import check
from labctl.app.methods import Method, installed_methods
from labctl.app.simulate_run import simulate_run
from labctl.language import Language
from labctl.procedure.finding import Severity


@pytest.mark.parametrize("method", installed_methods(), ids=lambda each: each.name)
def test_check_finds_nothing_to_mend(method: Method) -> None:
    for own_bench in (False, True):
        assert not [each for each in check(method.name, own_bench=own_bench) if each.severity is not Severity.NOTE]


@pytest.mark.parametrize("language", Language, ids=lambda each: each.value)
@pytest.mark.parametrize("method", installed_methods(), ids=lambda each: each.name)
def test_it_comes_to_verified_certificates_and_speaks_the_language_that_is_asked_for(
    method: Method, language: Language, tmp_path: Path
) -> None:
    said: list[str] = []
    found = simulate_run(method.name, tmp_path, language=language, say=said.append)
    assert found.verified
    assert set(found.verified.values()) == {0}
    words = "\n".join([*said, found.text(language)])
    assert any("\u4e00" <= each <= "\u9fff" for each in words) is (language is Language.CHINESE)
