"""Against an independent engine (GTC, the New Zealand institute's) on models drawn at random."""

import math
from typing import Any

import GTC
import pytest
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from tests.metrology.models import by_symbol, effect, given

NAMES = ("a", "b", "c", "d")
ENGINE: Any = GTC
FUNCTIONS: dict[str, Any] = {name: getattr(ENGINE, name) for name in ("sqrt", "exp", "log", "sin", "cos")}

leaves = st.sampled_from(NAMES) | st.sampled_from(["2", "0.5", "3"])
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" + ", " - ", " * "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})")
        | st.tuples(inner, st.sampled_from(NAMES)).map(lambda t: f"({t[0]} / {t[1]})")
        | inner.map(lambda x: f"sin({x})")
        | inner.map(lambda x: f"cos({x})")
        | st.sampled_from(NAMES).map(lambda x: f"sqrt({x})")
        | st.sampled_from(NAMES).map(lambda x: f"log({x})")
        | st.sampled_from(NAMES).map(lambda x: f"exp({x} / 3)")
        | st.sampled_from(NAMES).map(lambda x: f"{x} ** 3")
    ),
    max_leaves=10,
)
numbers = st.tuples(st.floats(0.5, 3.0), st.floats(0.001, 0.2), st.sampled_from([2.0, 5.0, 30.0, math.inf]))


@settings(max_examples=150, deadline=None)
@property_of(expressions, st.tuples(numbers, numbers, numbers, numbers))
def test_value_uncertainty_and_dof_agree(text: str, rows: tuple[tuple[float, float, float], ...]) -> None:
    model = Equations(f"y = {text} + 0 * (a + b + c + d)")
    inputs = [given(n, "1", x, effect(n, u, dof=dof)) for n, (x, u, dof) in zip(NAMES, rows, strict=True)]
    batch = evaluate(model, by_symbol(*inputs), points=1)
    theirs = eval(  # noqa: S307  the text is ours
        f"{text} + 0 * (a + b + c + d)",
        {
            "__builtins__": {},
            **FUNCTIONS,
            **{n: ENGINE.ureal(x, u, dof) for n, (x, u, dof) in zip(NAMES, rows, strict=True)},
        },
    )
    assert batch.values["y"][0] == pytest.approx(theirs.x, rel=1e-10, abs=1e-10)
    assert batch.u["y"][0] == pytest.approx(theirs.u, rel=1e-9, abs=1e-12)
    if theirs.u > 1e-9:
        assert min(batch.dof["y"][0], 1e5) == pytest.approx(min(theirs.df, 1e5), rel=1e-6)
