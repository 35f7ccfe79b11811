"""Ten-input budgets: ours beside plain NumPy that does the same work by hand, and beside GTC, in one run."""

import math
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import GTC
import numpy as np
from scipy import special

from labctl.language import Text
from labctl.metrology.distributions import Floats, Normal
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input, evaluate
from labctl.metrology.units import parse_unit

POINTS = 10_000
TURNS = 9
TIMES_VECTORISED, TIMES_SCALAR, FASTER_THAN_GTC, TIMES_BARE_IMPORT = 3.0, 16.0, 50.0, 3.0
UPPER = (1 + 0.9545) / 2
ENGINE: Any = GTC
quantile: Any = special.stdtrit

# Liquid flow by static weighing: mass, buoyancy, density, time.
MODEL = Equations(
    "q = (W + d_1 - d_2 + d_lin) * (1 - rho_a / rho_b) / (1 - rho_a / (rho + d_rho)) / ((rho + d_rho) * (t + d_t))"
)
FIGURES: dict[str, tuple[str, float, float, float]] = {  # unit, value, u, ν
    "W": ("kg", 1500.25, 0.06, math.inf),
    "d_1": ("kg", 0.0, 0.0144, math.inf),
    "d_2": ("kg", 0.0, 0.0144, math.inf),
    "d_lin": ("kg", 0.0, 0.0289, 50.0),
    "rho_a": ("kg/m3", 1.19, 0.0058, math.inf),
    "rho_b": ("kg/m3", 8000.0, 28.9, math.inf),
    "rho": ("kg/m3", 997.9, 0.0134, math.inf),
    "d_rho": ("kg/m3", 0.0, 0.0116, math.inf),
    "t": ("s", 60.123, 0.0006, math.inf),
    "d_t": ("s", 0.002, 0.0044, 9.0),
}
VALUES = np.array([value for _, value, _, _ in FIGURES.values()])
U = np.array([u for _, _, u, _ in FIGURES.values()])
DOF = np.array([dof for *_, dof in FIGURES.values()])


def inputs(points: int) -> dict[str, Input]:
    """Return the declared inputs; masses differ from point to point."""
    rows = columns(points)
    return {
        symbol: Input.of(
            symbol,
            parse_unit(unit),
            rows[number],
            Contribution(effect=EffectId("rig", symbol), description=Text(symbol), distribution=Normal(u), dof=dof),
        )
        for number, (symbol, (unit, _, u, dof)) in enumerate(FIGURES.items())
    }


def columns(points: int) -> Floats:
    """Return the values of the inputs, shape (10, points)."""
    values = np.repeat(VALUES[:, None], points, axis=1)
    values[0] *= np.linspace(0.5, 1.0, points) if points > 1 else 1.0
    return values


def by_hand(x: Floats, u: Floats, dof: Floats) -> tuple[Floats, ...]:
    """Return value, components, u, ν, k, U and shares with derivatives written out, for points or for one."""
    w, d_1, d_2, d_lin, rho_a, rho_b, rho, d_rho, t, d_t = x
    mass, density, time = w + d_1 - d_2 + d_lin, rho + d_rho, t + d_t
    up, down = 1 - rho_a / rho_b, 1 - rho_a / density
    q = mass * up / down / (density * time)
    c = np.empty_like(x)
    c[0] = c[1] = c[3] = q / mass
    c[2] = -c[0]
    c[4] = q / down / density - q / up / rho_b
    c[5] = q / up * rho_a / (rho_b * rho_b)
    c[6] = c[7] = -q / density - q / down * rho_a / (density * density)
    c[8] = c[9] = -q / time
    parts = c * u
    squares = parts * parts
    variance = squares.sum(axis=0)
    effective = variance * variance / (squares * squares / dof).sum(axis=0)
    k: Floats = quantile(effective, UPPER)
    total = np.sqrt(variance)
    return q, parts, total, effective, k, k * total, 100 * squares / variance


def by_gtc(x: Floats) -> tuple[object, ...]:
    """Return one result of GTC with its degrees of freedom and budget."""
    w, d_1, d_2, d_lin, rho_a, rho_b, rho, d_rho, t, d_t = (
        ENGINE.ureal(*row) for row in zip(x.tolist(), U.tolist(), DOF.tolist(), strict=True)
    )
    density = rho + d_rho
    q = (w + d_1 - d_2 + d_lin) * (1 - rho_a / rho_b) / (1 - rho_a / density) / (density * (t + d_t))
    return q.u, q.df, ENGINE.rp.budget(q)


def beside(*works: Callable[[], object], turns: int = TURNS) -> list[float]:
    """Return the best wall time of each work, in turns one after the other, so that a busy machine hits all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(turns + 1):
        for number, work in enumerate(works):
            began = perf_counter()
            work()
            times[number].append(perf_counter() - began)
    return [min(each[1:]) for each in times]


def importing(module: str) -> Callable[[], object]:
    """Return the work of a fresh Python that imports a module."""
    return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


def main() -> int:
    """Print ratios; fail where one is missed."""
    many, one = inputs(POINTS), inputs(1)
    x, u, dof = columns(POINTS), np.repeat(U[:, None], POINTS, axis=1), np.repeat(DOF[:, None], POINTS, axis=1)
    ours, plain = evaluate(MODEL, many, points=POINTS), by_hand(x, u, dof)
    agree = (
        np.allclose(ours.u["q"], plain[2], rtol=1e-12, atol=0),
        np.allclose(ours.k["q"], plain[4], rtol=1e-9, atol=0),
    )
    vectorised, batch, theirs = beside(
        lambda: by_hand(x, u, dof),
        lambda: evaluate(MODEL, many, points=POINTS),
        lambda: [by_gtc(x[:, point]) for point in range(100)],
    )
    theirs *= POINTS / 100
    scalar, single = beside(
        lambda: [by_hand(VALUES, U, DOF) for _ in range(200)],
        lambda: [evaluate(MODEL, one, points=1).budget("q", 0) for _ in range(20)],
        turns=5 * TURNS,
    )
    scalar, single = scalar / 200, single / 20
    bare, metrology = beside(importing("numpy"), importing("labctl.metrology.evaluation"), turns=4)
    light = "import sys, labctl.metrology, labctl.metrology.evaluation; sys.exit('scipy' in sys.modules)"
    heavy = subprocess.run([sys.executable, "-c", light], check=False).returncode
    rows = [
        (f"{POINTS} budgets / vectorised NumPy", batch, vectorised, batch / vectorised, TIMES_VECTORISED),
        (f"GTC / {POINTS} budgets (at least)", theirs, batch, theirs / batch, FASTER_THAN_GTC),
        ("one budget with table / scalar NumPy", single, scalar, single / scalar, TIMES_SCALAR),
        ("import labctl.metrology / import numpy", metrology, bare, metrology / bare, TIMES_BARE_IMPORT),
    ]
    for title, a, b, ratio, limit in rows:
        print(f"{title:40} {a * 1e3:10.3f} ms {b * 1e3:10.3f} ms  x {ratio:8.2f}  limit {limit:g}")
    missed = [row for row in rows if (row[3] < row[4] if "least" in row[0] else row[3] > row[4])]
    print(f"the same results: {all(agree)}; SciPy imported: {bool(heavy)}; missed: {len(missed)}")
    return 1 if missed or heavy or not all(agree) else 0


if __name__ == "__main__":
    sys.exit(main())
