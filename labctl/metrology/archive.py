"""An evaluation as canonical JSON with a digest, from which it is repeated to the bit."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from attrs import field, fields, frozen

from labctl.errors import RecordAltered, UnknownSchema
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import KINDS, Distribution, Floats, kind_of
from labctl.metrology.effects import Contribution, Correlation, EffectId, Identities, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Column, Columns, Input
from labctl.metrology.units import parse_unit

SCHEMA: Final = "labctl.evaluation/1"
Plain = Any  # what JSON holds


@frozen(eq=False, kw_only=True)
class Evaluation:
    """Everything that an evaluation needs, and can be repeated from."""

    equations: Equations
    inputs: Mapping[str, Input]
    points: int
    names: Columns
    correlations: tuple[Correlation, ...] = ()
    policy: CoveragePolicy = field(factory=CoveragePolicy)

    def run(self) -> Batch:
        """Evaluate. Raises what `evaluate` raises."""
        return evaluate(
            self.equations,
            self.inputs,
            points=self.points,
            names=self.names,
            correlations=self.correlations,
            policy=self.policy,
        )


def archive(evaluation: Evaluation, batch: Batch, *, seed: int | None = None) -> bytes:
    """Return the evaluation and its results as canonical JSON: sorted keys, no spaces, shortest floats, a digest.

    `seed` is that of a Monte Carlo evaluation of the same model, where there was one.
    """
    body = {
        "schema": SCHEMA,
        "engine": engine_version(),
        "equations": list(evaluation.equations.source),
        "points": evaluation.points,
        "policy": _policy(evaluation.policy),
        "inputs": [_input(evaluation.inputs[symbol]) for symbol in sorted(evaluation.inputs)],
        "names": {name: _column(column) for name, column in evaluation.names.items()},
        "correlations": [[_one(each.a), _one(each.b), each.r] for each in evaluation.correlations],
        "results": _results(batch),
    }
    if seed is not None:
        body["seed"] = seed
    if evaluation.equations.pairs is not None:
        body["pairs"] = list(evaluation.equations.pairs)
    return canonical(body | {"digest": hashlib.sha256(canonical(body)).hexdigest()})


def restore(archived: bytes) -> Evaluation:
    """Return the evaluation of an archive after checking its digest.

    Raises:
        RecordAltered: the bytes are not what was archived.
        UnknownSchema: a newer release wrote them.
    """
    return _evaluation(_opened(archived))


def repeat(archived: bytes) -> Batch:
    """Evaluate an archive again and hold every result against the archived one, to the bit.

    Raises:
        RecordAltered: the archive was altered, or this release computes another result; it is named.
    """
    body = _opened(archived)
    batch = _evaluation(body).run()
    for name, found in _results(batch).items():
        if canonical(found) != canonical(body["results"].get(name)):
            raise RecordAltered(
                record="evaluation",
                problem=Text("{name} comes out differently", zh="{name} 复算结果不一致").filled(name=name),
            )
    return batch


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Return the name and release of this engine, as archives state it."""
    from importlib import metadata

    try:
        return f"labctl {metadata.version('labctl')}"
    except metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return "labctl"


def seed_of(archived: bytes) -> int | None:
    """Return the seed of the Monte Carlo evaluation that an archive belongs to, if any."""
    seed = _opened(archived).get("seed")
    return None if seed is None else int(seed)


def digest(archived: bytes) -> str:
    """Return the SHA-256 of an archive, as it states it."""
    return str(json.loads(archived)["digest"])


def canonical(body: Plain) -> bytes:
    """Return canonical JSON; refuses NaN and infinity, which JSON does not know."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _opened(archived: bytes) -> dict[str, Plain]:
    try:
        body: dict[str, Plain] = json.loads(archived)
        stated = body.pop("digest")
    except (ValueError, KeyError, AttributeError) as failure:
        raise RecordAltered(record="evaluation", problem=_UNREADABLE) from failure
    if body.get("schema") != SCHEMA:
        raise UnknownSchema(record=str(body.get("schema")), problem=_UNKNOWN)
    if canonical(body | {"digest": stated}) != archived or hashlib.sha256(canonical(body)).hexdigest() != stated:
        raise RecordAltered(record="evaluation", problem=_ALTERED)
    return body


def _evaluation(body: Mapping[str, Plain]) -> Evaluation:
    return Evaluation(
        equations=Equations(*body["equations"], pairs=body.get("pairs")),
        inputs={each["symbol"]: _read_input(each) for each in body["inputs"]},
        points=body["points"],
        names={name: _read_column(column) for name, column in body["names"].items()},
        correlations=tuple(Correlation(EffectId(*a), EffectId(*b), r) for a, b, r in body["correlations"]),
        policy=CoveragePolicy(**body["policy"]),
    )


def _policy(policy: CoveragePolicy) -> dict[str, Plain]:
    """Return a policy; what is not asked for is left out, so that older archives stay as they are."""
    asked = {name: True for name in ("truncated", "dominant") if getattr(policy, name)}
    simulated = {"simulated": policy.simulated} if policy.simulated else {}
    return {"probability": policy.probability, "fixed": policy.fixed} | asked | simulated


def _results(batch: Batch) -> dict[str, Plain]:
    return {
        output: {
            "unit": batch.unit[output].symbol,
            "value": _floats(batch.values[output]),
            "u": _floats(batch.u[output]),
            "dof": _floats(batch.dof[output]),
            "k": _floats(batch.k[output]),
            "expanded": _floats(batch.expanded[output]),
        }
        for output in batch.values
    }


def _floats(values: Floats) -> Plain:
    """Return numbers as JSON holds them: infinity and NaN by name."""
    if values.ndim:
        return [_floats(np.asarray(each)) for each in values]
    number = float(values)
    return number if math.isfinite(number) else {math.inf: "inf", -math.inf: "-inf"}.get(number, "nan")


def _read_floats(plain: Plain) -> Floats:
    return np.asarray(plain, dtype=object).astype(np.float64)  # "inf" reads as infinity


def _input(given: Input) -> Plain:
    return {
        "symbol": given.symbol,
        "unit": given.unit.symbol,
        "values": _floats(given.values),
        "contributions": [_contribution(each) for each in given.contributions],
        "elements": None if given.elements is None else _floats(given.elements),
        "element_contributions": [_contribution(each) for each in given.element_contributions],
        "columns": {name: _column(column) for name, column in given.columns.items()},
        "by": given.by,
        "times": None if given.times is None else _floats(given.times),
    }


def _read_input(plain: Mapping[str, Plain]) -> Input:
    return Input(
        plain["symbol"],
        parse_unit(plain["unit"]),
        _read_floats(plain["values"]),
        tuple(_read_contribution(each) for each in plain["contributions"]),
        elements=None if plain["elements"] is None else _read_floats(plain["elements"]),
        element_contributions=tuple(_read_contribution(each) for each in plain["element_contributions"]),
        columns={name: _read_column(column) for name, column in plain["columns"].items()},
        by=plain["by"],
        times=None if plain["times"] is None else _read_floats(plain["times"]),
    )


def _contribution(given: Contribution) -> Plain:
    shape = {each.name: getattr(given.distribution, each.name) for each in fields(type(given.distribution))}
    parameters = {name: _plain(value) for name, value in shape.items() if name != "stated"}
    return {
        "effect": _identity(given.effect),
        "description": [given.description.en, given.description.zh],
        "distribution": kind_of(given.distribution),
        "parameters": parameters,
        "stated": _floats(given.stated),
        "evaluation": given.evaluation,
        "dof": _floats(given.dof),
        "sensitivity": _floats(given.sensitivity),
        "sharing": given.sharing.value,
        "source": given.source,
        "confirmed": given.confirmed,
    }


def _plain(value: float | Floats) -> Plain:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _read_contribution(plain: Mapping[str, Plain]) -> Contribution:
    kind: type[Distribution] = KINDS[plain["distribution"]]
    return Contribution(
        effect=_read_identity(plain["effect"]),
        description=Text(plain["description"][0], zh=plain["description"][1]),
        distribution=kind(_read_floats(plain["stated"]), **plain["parameters"]),
        evaluation=plain["evaluation"],
        dof=_read_floats(plain["dof"]),
        sensitivity=_read_floats(plain["sensitivity"]),
        sharing=Sharing(plain["sharing"]),
        source=plain["source"],
        confirmed=plain["confirmed"],
    )


def _identity(effect: Identities) -> Plain:
    if isinstance(effect, EffectId):
        return {"effect": _one(effect)}
    return {"each": [_identity(each) for each in effect]}


def _one(effect: EffectId) -> list[str]:
    return [effect.owner, effect.name, effect.instance]


def _read_identity(plain: Plain) -> Identities:
    return EffectId(*plain["effect"]) if "effect" in plain else tuple(map(_read_identity, plain["each"]))


def _column(column: Column) -> Plain:
    unit, cells = column
    values: Sequence[Plain] = [each if isinstance(each, str) else float(each) for each in cells]
    return {"unit": None if unit is None else unit.symbol, "values": list(values)}


def _read_column(plain: Mapping[str, Plain]) -> Column:
    return None if plain["unit"] is None else parse_unit(plain["unit"]), plain["values"]


_UNREADABLE: Final = Text("it is not the JSON of an evaluation", zh="不是评定档案的 JSON")
_UNKNOWN: Final = Text(
    "this release does not know its schema; use a newer one", zh="本版本不识别其格式；请使用更新版本"
)
_ALTERED: Final = Text("its digest does not belong to its content", zh="摘要与内容不符")
