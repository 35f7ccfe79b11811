"""Coverage factors: GUM table G.2, continuous in ν."""

import math
import subprocess
import sys

import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.coverage import CoveragePolicy, coverage_factor

# ν, t at 95 %, 95.45 %, 99 %: JCGM 100:2008 table G.2 prints them to 0.01.
TABLE = [
    (1, 12.706204736174694, 13.96781148750255, 63.656741162871526),
    (2, 4.302652729749462, 4.526550760081986, 9.924843200918287),
    (5, 2.5705818356363146, 2.6486542542831177, 4.032142983555228),
    (9, 2.262157162798205, 2.3198094410224304, 3.249835541592126),
]


@pytest.mark.parametrize(("dof", "p95", "p9545", "p99"), TABLE)
def test_table_g2(dof: float, p95: float, p9545: float, p99: float) -> None:
    assert coverage_factor(dof, 0.95) == pytest.approx(p95, rel=1e-9)
    assert coverage_factor(dof) == pytest.approx(p9545, rel=1e-9)
    assert coverage_factor(dof, 0.99) == pytest.approx(p99, rel=1e-9)


def test_k_is_two_for_infinitely_many_degrees_of_freedom() -> None:
    assert f"{coverage_factor(math.inf):.2f}" == "2.00"
    assert coverage_factor(2e9) == pytest.approx(coverage_factor(math.inf), rel=1e-9)
    assert coverage_factor(9.9e8) == pytest.approx(coverage_factor(1.1e9), rel=1e-8)


@pytest.mark.parametrize("dof", [0.0, -3.0, math.nan])
def test_degrees_of_freedom_must_be_positive(dof: float) -> None:
    with pytest.raises(UncertaintyError, match="dof-not-positive"):
        coverage_factor(dof)


def test_a_policy_says_what_it_is() -> None:
    assert CoveragePolicy().text.en == "k = t(ν_eff), p = 95.45 %"
    assert CoveragePolicy(fixed=2.0).text.zh == "k = 2（固定）"
    with pytest.raises(UncertaintyError, match="probability-out-of-range"):
        CoveragePolicy(probability=95)
    with pytest.raises(UncertaintyError, match="k-not-positive"):
        CoveragePolicy(fixed=0.0)


def test_metrology_imports_without_scipy() -> None:
    program = "import sys, labctl.metrology.archive, labctl.metrology.specification; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
