"""Who plays which role and why, as lines for a terminal."""

from collections.abc import Iterator
from pathlib import Path

from labctl.app.casting import Proposal, named_units, propose
from labctl.app.own_bench import bench_named
from labctl.app.procedures import find_procedure
from labctl.app.readiness import usual_unit
from labctl.app.station import read_station
from labctl.language import Language, Text


def proposed(procedure: str, station: Path, language: Language, unit: str = "") -> Iterator[str]:
    """Return for every role of a procedure what of a bench plays it, the reasons, and why others were not taken.

    Raises:
        StationError: the station file is malformed.
        ProcedureError: there is no such procedure, or it is malformed.
    """
    found, own = find_procedure(procedure), bench_named(station)
    bench = read_station(own.station)
    named = unit or own.unit or usual_unit(found, bench)
    key = next(iter(named_units(bench, named)), "") if named else ""
    for each in propose(found, bench, unit=key):
        if each.role != found.roles.unit:
            yield from (line.within(language) for line in _lines(each))


def _lines(proposal: Proposal) -> Iterator[Text]:
    chosen = next((each for each in proposal.candidates if each.key == proposal.chosen), None)
    if chosen is None:
        yield _NOBODY.filled(role=proposal.role, title=proposal.title)
    else:
        reasons = _listed(list(chosen.reasons))
        yield _PLAYS.filled(role=proposal.role, title=proposal.title, key=chosen.key, reasons=reasons)
    for each in proposal.candidates:
        if each.able and each.key != proposal.chosen:
            why = _listed(list(each.against)) if each.against else _TOO
            yield _NOT.filled(key=each.key, reasons=why)


def _listed(reasons: list[Text]) -> Text:
    return Text("; ".join(each.en for each in reasons), zh="；".join(each.zh or each.en for each in reasons))


_PLAYS = Text("{role} ({title}): {key} — {reasons}", zh="{role}（{title}）：{key} — {reasons}")
_NOBODY = Text("{role} ({title}): nothing on the bench", zh="{role}（{title}）：台位上没有")
_NOT = Text("    not taken: {key} — {reasons}", zh="    未选用：{key} — {reasons}")
_TOO = Text("suits too", zh="也适用")
