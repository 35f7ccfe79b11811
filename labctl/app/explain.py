"""Explain one printed number: from its digits through rounding, formula and budget to the bytes of its readings."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from labctl.app.telling import point_title
from labctl.app.verify import certificate_of, find_record, read_file
from labctl.certificate.bundle import Bundle
from labctl.certificate.compose import compose
from labctl.certificate.document import Document, Issue, Origin
from labctl.certificate.figures import amount_in
from labctl.certificate.words import RULES, rule_of
from labctl.errors import QuantityError, RecordAltered, UnknownPoint, UnknownUnit
from labctl.events.codec import decode, decode_event
from labctl.events.journal import Entry
from labctl.events.kinds import (
    CertificateIssued,
    IndicationTaken,
    InstrumentOpened,
    RecordEvaluated,
    ResultsAdopted,
    SettingMade,
)
from labctl.language import Language, Text
from labctl.metrology.conformity import Rule, Side
from labctl.metrology.quantity import Quantity, parse_quantity, shortest
from labctl.metrology.rounding import printed
from labctl.metrology.units import parse_unit
from labctl.records.calibration import BudgetLine, CalibrationRecord, Judgement, PointResult, Result, SectionResult
from labctl.records.equipment import Asset
from labctl.records.order import Kind
from labctl.records.sources import source_in_both, sources_in_chinese

_SEVERAL: Final = 2  # certificates on one record, of which one has to be named
_NAME: Final = re.compile(r"[A-Za-z_]\w*\b(?!\[)")  # of one value; x[:] is many


def explain(bundle: Path, point: str, language: Language, *, unit: str = "") -> str:
    """Return how one point's printed numbers came about.

    Args:
        bundle: a record bundle, or a certificate beside its record.
        point: the point as the certificate prints it ("10 V", "10 V / -9.5 V"), or section and row ("Zero/2").
        language: of every word.
        unit: which of several units of a record, by its instrument, its serial number or its certificate's.

    Raises:
        UnknownPoint: none or several points fit; the error lists them.
        RecordAltered: the record is not what it was.
        StoreFailed: the file cannot be read, or no record belongs to it.
    """
    content = read_file(bundle)
    found = find_record(bundle, content, None, None)
    if found is None:
        raise RecordAltered(record=bundle.name, problem=_NO_RECORD)
    issued = _issued(found.bundle, content, unit)
    record = _record(found.bundle, issued.unit if issued is not None else "")
    document = compose(
        record,
        Issue(
            number=issued.number if issued is not None else "—",
            at=issued.at if issued is not None else record.finished,
            head=found.bundle.head,
            release=record.software.release,
        ),
    )
    chosen = _chosen(record, point, bundle.name)
    explanation = _Explanation(found.bundle, record, document, chosen, language)
    return "\n".join(explanation.lines())


def _issued(bundle: Bundle, content: bytes, unit: str) -> CertificateIssued | None:
    """Return which certificate is meant: the one that the file is, that of the unit named, or the only one.

    Raises:
        UnknownPoint: the record is of several units and does not know the one that is named, or none is named.
    """
    known = bundle.certificates
    if len(known) < _SEVERAL and not unit:
        return bundle.issued
    meant = certificate_of(content, "", bundle)
    if meant is not None:
        return meant
    serials = {each.key: each.unit.identity.serial for each in bundle.started.units}
    for each in known:
        if unit and unit in {each.unit, each.number, serials.get(each.unit, "")}:
            return each
    listed = "\n".join(f"  {each.unit:<20} {serials.get(each.unit, '')}  {each.number}" for each in known)
    raise UnknownPoint(record=bundle.stream, asked=f"--unit {unit}".strip(), count=0, choices=listed)


def _record(bundle: Bundle, unit: str) -> CalibrationRecord:
    for entry in reversed(bundle.entries):
        if isinstance(entry.event, RecordEvaluated) and entry.event.unit == unit:
            return decode(CalibrationRecord, bundle.blobs[entry.event.record])
    raise RecordAltered(record=bundle.stream, problem=Text("holds no evaluated record", zh="不含评定记录"))


# --- choosing the point ----------------------------------------------------------------------------------------------


def _chosen(record: CalibrationRecord, asked: str, name: str) -> PointResult:
    choices = [
        (point, f"{section.title.en}/{row}")
        for section in record.sections
        for row, point in enumerate(section.points, start=1)
    ]
    wanted = _squeezed(asked)
    fitting = _by_value([point for point, _ in choices], asked) or [
        point for point, place in choices if wanted in {_squeezed(each) for each in _names(point, place)}
    ]
    if len(fitting) != 1:
        phases = len({point.phase for point, _ in choices}) > 1
        listed = "\n".join(
            f"  {place:<20} {point_title(point)}{f'  {point.phase}' if phases else ''}" for point, place in choices
        )
        raise UnknownPoint(record=name, asked=asked, count=len(fitting), choices=listed)
    return fitting[0]


def _names(point: PointResult, place: str) -> Iterator[str]:
    yield place
    yield f"{point.phase}/{place}"
    yield point.point
    yield f"{point.section}/{point.point}"
    for title in {point_title(point), _without_frequency(point)}:
        yield title
        yield f"{point.phase}/{title}"


def _without_frequency(point: PointResult) -> str:
    return point_title(evolve(point, columns={k: v for k, v in point.columns.items() if k != "frequency"}))


def _by_value(points: list[PointResult], asked: str) -> list[PointResult]:
    try:
        value = parse_quantity(asked)
    except (QuantityError, UnknownUnit):
        return []
    return [
        point for point in points
        if isinstance(nominal := point.columns.get("nominal"), Quantity)
        and nominal.unit.dimension == value.unit.dimension and nominal == value
    ]  # fmt: skip


def _squeezed(words: str) -> str:
    return "".join(words.casefold().replace("−", "-").split())


# --- telling ---------------------------------------------------------------------------------------------------------


@frozen
class _Explanation:
    """One point, told from its printed digits downwards."""

    bundle: Bundle
    record: CalibrationRecord
    document: Document
    point: PointResult
    language: Language

    def lines(self) -> Iterator[str]:
        """Yield the explanation line by line."""
        yield self._said(
            _HEAD,
            number=self.document.number,
            section=self._section.title,
            point=point_title(self.point),
            attempts=self.point.attempts,
            reported=", ".join(str(each) for each in self.point.reported),
        )
        for result in self.point.results:
            yield from self._digits(result)
            yield from self._formula(result)
            yield from self._budget(result)
        yield from self._observations()
        yield from self._standards()

    def _said(self, text: Text, **facts: object) -> str:
        return text.filled(**facts).within(self.language)

    def _title(self, text: Text) -> str:
        return f"\n{text.within(self.language)}"

    def _digits(self, result: Result) -> Iterator[str]:
        """Yield the printed digits, their rounding and the verdict."""
        figures = self.document.figures()

        def at(kind: str) -> tuple[str, str]:
            origin = Origin(
                phase=self.point.phase,
                section=self.point.section,
                point=self.point.point,
                symbol=result.symbol,
                kind=kind,
            )
            return figures.get(origin, ("", result.unit))  # it may stand in no table

        (value, unit), (expanded, _) = at("value"), at("uncertainty")
        yield self._title(_PRINTED if value or expanded else _NOT_PRINTED)
        said = [f"{result.symbol} = {value} {unit}".rstrip()] if value else []
        said += [f"U = {expanded} {unit}".rstrip() + f"  (k = {result.k:.2f})"] if expanded else []
        yield f"  {',  '.join(said) or result.symbol}"
        yield from self._rounding(result, unit or "1")
        for judged in self.point.judgements:
            if judged.symbol == result.symbol:
                yield from self._verdict(result, judged, unit or "1")

    def _rounding(self, result: Result, unit: str) -> Iterator[str]:
        shown = parse_unit(unit)
        expanded = amount_in(Quantity.of(result.expanded, result.unit), shown)
        if expanded <= 0:
            return
        both = printed(Quantity.of(result.value, result.unit).value_in(shown), expanded)
        for symbol, step in (("U", both.uncertainty), (result.symbol, both.value)):
            yield self._said(
                _ROUNDED, symbol=symbol, given=step.given, unit=unit, quantum=step.quantum, printed=step.printed
            )
        yield f"    {both.value.rule.within(self.language)}"

    def _verdict(self, result: Result, judged: Judgement, unit: str) -> Iterator[str]:
        legal = self.record.order.kind is Kind.VERIFICATION
        limit = judged.limit.value_in(unit) if parse_unit(unit).dimension == judged.limit.unit.dimension else None
        yield self._said(
            _VERDICT,
            requirement=judged.requirement,
            limit=f"{limit:.6g} {unit}" if limit is not None else judged.limit,
            ratio=f"{judged.ratio:.3f}",
            verdict=judged.verdict.said(legal=legal),
            mark=RULES[judged.rule],
            symbol=f"|{result.symbol}|" if judged.side == Side.WITHIN.value else result.symbol,
        )
        if judged.source.en:
            yield self._said(_LIMIT, source=judged.source)
        yield f"    {rule_of(Rule(judged.rule), Side(judged.side), legal=legal).within(self.language)}"
        for each in judged.repetitions:
            value, expanded = (Quantity.of(size, result.unit).value_in(unit) for size in (each.value, each.expanded))
            yield self._said(
                _REPETITION,
                number=each.repetition,
                symbol=result.symbol,
                value=f"{value:.6g} {unit}",
                expanded=f"{expanded:.3g} {unit}",
                verdict=each.verdict.said(legal=legal),
            )

    @property
    def _section(self) -> SectionResult:
        return next(
            each for each in self.record.sections
            if (each.phase, each.title.en) == (self.point.phase, self.point.section)
        )  # fmt: skip

    def _formula(self, result: Result) -> Iterator[str]:
        """Yield the model, and the model with its numbers."""
        yield self._title(_FORMULA)
        for equation in self._section.model:
            left, _, right = equation.partition("=")
            yield f"  {equation}"
            yield f"  {left.strip()} ={_NAME.sub(lambda found: self._number(result, found[0]), right)}"
        yield f"  {result.symbol} = {_digits(result.value)} {result.unit}"

    def _number(self, result: Result, name: str) -> str:
        found = result.inputs.get(name)
        if found is None:
            return name
        digits = _digits(found.value)
        return f"({digits} {found.unit})" if digits.startswith("-") else f"{digits} {found.unit}"

    def _budget(self, result: Result) -> Iterator[str]:
        """Yield every contribution, then what they add up to."""
        if not result.k:  # a statistic
            yield f"  {result.policy.within(self.language)}"
            return
        yield self._title(_BUDGET)
        assets = (*self.record.standards.values(), *self.record.auxiliaries.values())
        chinese = sources_in_chinese(assets, self.record.unit, self.record.procedure)
        for line in (each for each in result.budget if each.sensitivity):  # the others contribute to other results
            yield self._contribution(line, result.unit)
            yield self._said(
                _SOURCE,
                description=line.description,
                source=source_in_both(line.source, chinese) if line.source else "—",
                effect=line.effect,
                mark=_UNVERIFIED if not line.confirmed else Text("", zh=""),
            )
        dof = "∞" if result.dof is None else f"{result.dof:.4g}"
        yield self._said(
            _SUM,
            u=f"{result.u:.6g}",
            unit=result.unit,
            dof=dof,
            k=f"{(result.floor or result).k:.6g}",
            policy=(result.floor or result).policy,
            expanded=f"{(result.floor or result).expanded:.6g}",
        )
        if result.floor is not None:
            yield self._said(
                _FLOOR,
                figure=result.floor.figure,
                source=result.floor.source,
                mark=_UNVERIFIED if not result.floor.confirmed else Text("", zh=""),
                expanded=f"{result.expanded:.6g}",
                unit=result.unit,
                k=f"{result.k:.2f}",
            )
        for warning in result.warnings:
            yield f"  {warning.within(self.language)}"

    def _contribution(self, line: BudgetLine, unit: str) -> str:
        return self._said(
            _LINE,
            symbol=line.symbol,
            value=f"{_digits(line.value)} {line.unit}",
            u=f"{line.u:.4g} {line.unit}",
            type=line.evaluation,
            distribution=line.distribution,
            divisor=f"{line.divisor:.4g}",
            dof="∞" if line.dof is None else f"{line.dof:.4g}",
            c=f"{line.sensitivity:.4g}",
            contribution=f"{line.contribution:.4g} {unit}",
            percent=f"{line.percent:.1f}",
        )

    def _observations(self) -> Iterator[str]:
        """Yield every reading and setting that the point rests on, with its bytes and times."""
        entries = {entry.n: entry for entry in self.bundle.entries}
        for symbol, numbers in self.point.series.items():
            yield self._title(_SERIES.filled(symbol=symbol, count=len(numbers)))
            told = ""
            for n in numbers:
                event = entries[n].event
                if isinstance(event, ResultsAdopted):
                    yield from self._earlier(event, symbol)
                    break
                if not isinstance(event, IndicationTaken | SettingMade):
                    continue
                who = self._instrument(entries[n], event.instrument)
                if who != told:
                    told = who
                    yield f"  {who}"
                yield from self._observed(entries[n], event)

    def _earlier(self, adopted: ResultsAdopted, symbol: str) -> Iterator[str]:
        """Yield what an earlier run observed in place of this one."""
        yield self._said(_EARLIER, run=adopted.run, measured=_instant(adopted.measured), until=_instant(adopted.until))
        for each in adopted.evidence:
            event = decode_event(each.canonical)
            if isinstance(event, IndicationTaken | SettingMade) and (
                (event.place.point, event.place.symbol) == (self.point.point, symbol)
            ):
                yield from self._observed(
                    Entry(n=each.n, event=event, canonical=each.canonical, digest=bytes.fromhex(each.digest)), event
                )

    def _observed(self, entry: Entry, event: IndicationTaken | SettingMade) -> Iterator[str]:
        called = f"{event.method}({', '.join(str(each) for each in event.arguments)})"
        yield self._said(
            _READ if isinstance(event, IndicationTaken) else _SET,
            n=entry.n,
            at=_instant(event.taken_at if isinstance(event, IndicationTaken) else event.sent_at),
            quantity=event.quantity if event.quantity is not None else "—",
            called=called,
            digest=entry.digest.hex()[:12],
        )
        for exchange in event.exchanges:
            received = f" → {exchange.received!r}" if exchange.received else ""
            yield f"      {exchange.sent!r}{received}"

    def _instrument(self, entry: Entry, instrument: str) -> str:
        """Return who was spoken to: the latest opening of its wire before the entry."""
        found = [
            each.event for each in self.bundle.entries
            if each.n < entry.n and isinstance(each.event, InstrumentOpened) and each.event.instrument == instrument
        ]  # fmt: skip
        if not found:
            return instrument
        opened = found[-1]
        who = opened.identity
        named = " ".join(filter(None, (who.manufacturer, who.model, who.serial, who.firmware)))
        return f"{instrument}: {named}, {opened.address}, {opened.driver}"

    def _standards(self) -> Iterator[str]:
        yield self._title(_STANDARDS)
        for role, asset in {**self.record.standards, **self.record.auxiliaries}.items():
            yield f"  {role}: {self._asset(asset)}"
        yield self._said(_CHAIN, entries=len(self.bundle.entries), head=self.bundle.head)

    def _asset(self, asset: Asset) -> str:
        who = asset.identity
        named = " ".join(filter(None, (asset.title.within(self.language), who.manufacturer, who.model, who.serial)))
        if asset.certificate is None:
            return named
        found = asset.certificate
        said = self._said(
            _CERTIFICATE,
            number=found.number,
            laboratory=found.laboratory,
            calibrated=found.calibrated,
            due=found.due,
            basis=_BASES[asset.basis.value],
        )
        return f"{named}; {said}"


def _digits(value: float) -> str:
    """Return a number at the 14 digits that rounding looks at."""
    return shortest(float(f"{value:.13e}"))


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_NO_RECORD: Final = Text(
    "no record of this certificate is here; name its record.zip", zh="此处没有该证书的记录，请给出其 record.zip"
)
_HEAD: Final = Text(
    "certificate {number}: {section}, {point} (attempts made: {attempts}; reported of each repetition: {reported})",
    zh="证书 {number}：{section}，{point}（共测量 {attempts} 次，各次重复采用的测量：{reported}）",
)
_PRINTED: Final = Text("Printed", zh="印出的数字")
_NOT_PRINTED: Final = Text("Not printed: a step on the way", zh="未印出：中间结果")
_ROUNDED: Final = Text(
    "    {symbol}: {given} {unit}, rounded to a multiple of {quantum} → {printed}",
    zh="    {symbol}：{given} {unit}，修约到 {quantum} 的倍数 → {printed}",
)
_VERDICT: Final = Text(
    "  {requirement}: {symbol} against {limit}, U/MPEV = {ratio}: {verdict} ({mark})",
    zh="  {requirement}：{symbol} 与 {limit} 比较，U/MPEV = {ratio}：{verdict}（{mark}）",
)
_LIMIT: Final = Text("    limit: {source}", zh="    限值出处：{source}")
_REPETITION: Final = Text(
    "    repetition {number}: {symbol} = {value}, U = {expanded}: {verdict}",
    zh="    第 {number} 次重复：{symbol} = {value}，U = {expanded}：{verdict}",
)
_FORMULA: Final = Text("Formula", zh="公式")
_BUDGET: Final = Text("Budget", zh="不确定度预算")
_LINE: Final = Text(
    "  {symbol} = {value}: u = {u} ({type}, {distribution}, ÷{divisor}, ν = {dof}), c = {c}, |c|·u = {contribution}, "
    "{percent} %",
    zh="  {symbol} = {value}：u = {u}（{type} 类，{distribution}，÷{divisor}，ν = {dof}），c = {c}，"
    "|c|·u = {contribution}，占 {percent} %",
)
_SOURCE: Final = Text(
    "      {description}; {source}{mark} [{effect}]", zh="      {description}；{source}{mark} [{effect}]"
)
_UNVERIFIED: Final = Text(" (unverified)", zh="（未经核实）")
_SUM: Final = Text(
    "  u = {u} {unit}, ν_eff = {dof}, k = {k} ({policy}), U = k·u = {expanded} {unit}",
    zh="  u = {u} {unit}，ν_eff = {dof}，k = {k}（{policy}），U = k·u = {expanded} {unit}",
)
_FLOOR: Final = Text(
    "  the laboratory's capability {figure} ({source}){mark} is larger: U = {expanded} {unit}, k = {k} is stated",
    zh="  实验室校准测量能力 {figure}（{source}）{mark}更大：给出 U = {expanded} {unit}，k = {k}",
)
_SERIES: Final = Text("{symbol}: {count} observations", zh="{symbol}：{count} 个观测值")
_EARLIER: Final = Text(
    "  of run {run}, which ended with it at {measured}; it stands in until {until}",
    zh="  来自运行 {run}（{measured} 测毕），有效期至 {until}",
)
_READ: Final = Text(
    "    [{n}] {at}  {quantity}  {called}  (chain {digest}…)",
    zh="    [{n}] {at}  {quantity}  {called}（链 {digest}…）",
)
_SET: Final = Text(
    "    [{n}] {at}  set to {quantity}  {called}  (chain {digest}…)",
    zh="    [{n}] {at}  设为 {quantity}  {called}（链 {digest}…）",
)
_STANDARDS: Final = Text("Traceability", zh="溯源")
_BASES: Final = {
    "corrections": Text("its corrections are applied", zh="采用其修正值"),
    "specification": Text("used by its specification", zh="按技术指标使用"),
}
_CERTIFICATE: Final = Text(
    "certificate {number} of {laboratory}, calibrated {calibrated}, valid until {due}; {basis}",
    zh="证书 {number}（{laboratory}），校准日期 {calibrated}，有效期至 {due}；{basis}",
)
_CHAIN: Final = Text("record: {entries} entries, chain head {head}", zh="记录：{entries} 条，链末端 {head}")
