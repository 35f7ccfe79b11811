"""An archived evaluation comes out the same, to the bit, or says that it does not."""

import hashlib
import json
import math

import numpy as np
import pytest

from labctl.errors import RecordAltered, UnknownSchema
from labctl.metrology.archive import Evaluation, archive, canonical, digest, repeat, restore, seed_of
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import Normal, Rectangular, StudentT, Trapezoidal
from labctl.metrology.effects import Correlation, EffectId, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given


def evaluation() -> Evaluation:
    """One of everything: shared, local and per-point effects, elements, columns, correlation, a fixed probability."""
    places = (EffectId("leads", "EMF", "1"), EffectId("leads", "EMF", "2"))
    readings = Input(
        "x",
        parse_unit("mV"),
        np.array([1.0, 2.0]),
        elements=np.array([[1.0, 2.0, 4.0]] * 2),
        element_contributions=(effect("gain", Normal(1e-3)),),
        columns={"nominal": (parse_unit("V"), [1.0, 2.0, 3.0]), "direction": (None, ["up", "up", "down"])},
        times=np.array([0.0, 1.0, 2.5]),
    )
    inputs = by_symbol(
        readings,
        given("a", "V", [0.1, 0.2], effect("a", StudentT(1e-6), dof=4), effect("spec", Rectangular([1e-5, 2e-5]))),
        given("b", "µV", 3.0, effect(places, Trapezoidal(2.0, beta=0.3)), effect("lin", 0.1, sharing=Sharing.UNSTATED)),
        given("c", "V", 1 / 3, effect("c", StudentT(1e-6), dof=4)),
    )
    return Evaluation(
        equations=Equations("y = (a - b) / c", "m = mean(x[direction == 'up']) + slope(x[:]) * t", "s = stdev(x[:])"),
        inputs=inputs,
        points=2,
        names={"t": (parse_unit("min"), [1.0, 2.0])},
        correlations=(Correlation(EffectId("bench", "a"), EffectId("bench", "c"), 0.25),),
        policy=CoveragePolicy(probability=0.99),
    )


def test_it_is_repeated_to_the_bit() -> None:
    first = evaluation()
    archived = archive(first, first.run())
    again = restore(archived)
    assert archive(again, again.run()) == archived
    assert repeat(archived).u["y"].tobytes() == first.run().u["y"].tobytes()
    assert math.isnan(repeat(archived).u["s"][0])
    assert len(digest(archived)) == 64


def test_it_names_its_engine_and_its_seed() -> None:
    first = evaluation()
    plain, seeded = archive(first, first.run()), archive(first, first.run(), seed=7)
    assert json.loads(plain)["engine"].startswith("labctl")
    assert (seed_of(plain), seed_of(seeded)) == (None, 7)
    assert digest(plain) != digest(seeded)


def test_an_alteration_is_noticed() -> None:
    first = evaluation()
    archived = archive(first, first.run())
    for forged in (archived.replace(b"StudentT", b"x") + b" ", archived.replace(b"0.25", b"0.26"), b"{}", b"nonsense"):
        with pytest.raises(RecordAltered):
            restore(forged)


def test_a_result_that_does_not_follow_is_named() -> None:
    first = evaluation()
    body = json.loads(archive(first, first.run()))
    del body["digest"]
    body["results"]["y"]["value"][0] *= 1.0000001
    forged = canonical(body | {"digest": hashlib.sha256(canonical(body)).hexdigest()})
    with pytest.raises(RecordAltered, match="y comes out differently"):
        repeat(forged)


def test_a_newer_schema_is_not_guessed_at() -> None:
    with pytest.raises(UnknownSchema, match=r"labctl\.evaluation/9"):
        restore(canonical({"schema": "labctl.evaluation/9", "digest": ""}))
