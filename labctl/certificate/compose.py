"""From a record to the certificate that will be printed: the one place where its figures become words."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Final

from labctl.certificate.document import NOTHING, Document, Issue, Line, ResultTable, Signature, StandardLine
from labctl.certificate.figures import amount_in, digits, factor, plain
from labctl.certificate.tables import tables_of
from labctl.certificate.words import (
    ADDRESS,
    ADJUSTED,
    AGAIN,
    ALL_TWO,
    ASSET,
    AUTHORISATION,
    AUTHORISED_BY,
    CALIBRATED_BY,
    CHECKED_BY,
    CLIENT,
    CONDITIONS,
    COVERAGE,
    DOCUMENT_UNVERIFIED,
    EMAIL,
    FIGURE_WORDS,
    IN_ORDER,
    ISSUED,
    ITEM,
    K_STATED,
    LIMITS,
    MANUFACTURER,
    METHOD,
    MODEL,
    NO_PART,
    NO_STATEMENT,
    NOT_IN_ORDER,
    NOTICE,
    NUMBER,
    ONLY_THIS_ITEM,
    ORDER,
    PERFORMED,
    PHONE,
    PLACE,
    POSTCODE,
    PROCEDURE,
    RECEIVED,
    RECORD,
    ROUNDED,
    RULES,
    SERIAL,
    SIMULATED_TRACEABLE,
    STATE,
    TEMPLATE,
    TITLES,
    TRACEABLE,
    UNVERIFIED,
    UNVERIFIED_SOURCES,
    VALID,
    WHOLE,
    worded,
)
from labctl.language import Text
from labctl.metrology.conformity import Rule, Verdict
from labctl.metrology.rounding import last_place
from labctl.records.calibration import CalibrationRecord, Condition, InspectionResult, ProcedureReference
from labctl.records.equipment import Asset
from labctl.records.interval import last_day
from labctl.records.order import Kind, Laboratory, Person
from labctl.records.sources import source_in_both, sources_in_chinese


def compose(record: CalibrationRecord, issue: Issue) -> Document:
    """Return the certificate of a record: nothing is rounded or worded after this."""
    laboratory, tables = record.laboratory, tables_of(record)
    kind = record.order.kind
    told = {mark for table in tables for mark, _ in table.notes}
    judged = {each.rule for section in record.sections for point in section.points for each in point.judgements}
    rules = zip((each for each in Rule if each.value in judged), record.rules, strict=False)
    return Document(
        number=issue.number,
        simulated=record.simulated,
        issued=local_date(issue.at, laboratory),
        at=issue.at,
        head=issue.head,
        run=record.run,
        release=issue.release,
        code=_code(laboratory, issue),
        laboratory=laboratory.name,
        laboratory_lines=_laboratory(laboratory),
        title=_title(record),
        cover=_cover(record, issue),
        conclusion=_conclusion(record),
        signatures=_signatures(record),
        method=_method(record),
        standards=(
            *(_standard(each, equipment=True) for each in record.standards.values()),
            *(_standard(each, equipment=False) for each in record.auxiliaries.values()),
        ),
        conditions=tuple(_condition(each) for each in record.conditions),
        traceability=SIMULATED_TRACEABLE if record.simulated else TRACEABLE,
        tables=tables,
        rules=tuple(words for rule, words in rules if RULES[rule.value] not in told),
        notes=_notes(record, tables),
        inspections=tuple(_inspection(each, kind) for each in record.inspections),
        words={name: worded(each, kind) for name, each in TEMPLATE.items()},
    )


def local_date(instant: datetime, laboratory: Laboratory) -> str:
    """Return the date of an instant where the laboratory is."""
    hours, _, minutes = laboratory.utc_offset.lstrip("+-").partition(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    east = -1 if laboratory.utc_offset.startswith("-") else 1
    return instant.astimezone(timezone(east * offset)).date().isoformat()


def _both(words: str) -> Text:
    return Text(words, zh=words)


def _filled(pairs: tuple[tuple[Text, Text | str], ...]) -> tuple[Line, ...]:
    """Return the lines that say something."""
    lines = tuple(Line(label=label, value=_both(value) if isinstance(value, str) else value) for label, value in pairs)
    return tuple(line for line in lines if line.value.en or line.value.zh)


def _conclusion(record: CalibrationRecord) -> Text:
    if record.verdict is None or not record.order.judged:
        return NO_STATEMENT
    whole = worded(WHOLE[record.verdict], record.order.kind)
    failed = _failed(record) if _title(record) is NOTICE else []
    return _FAILED_ITEMS.filled(whole=whole, items=_listed(failed)) if failed else whole


def _failed(record: CalibrationRecord) -> list[Text]:
    """Return what was required and not met, as a notification of results names it."""
    judged = (each for section in record.sections for point in section.points for each in point.judgements)
    items = [each.requirement for each in judged if each.verdict is Verdict.DOES_NOT_CONFORM]
    items += [each.title for each in record.inspections if each.verdict is Verdict.DOES_NOT_CONFORM]
    return list(dict.fromkeys(items))


_FAILED_ITEMS: Final = Text("{whole} Failed: {items}.", zh="{whole}（不合格项：{items}）")


def _title(record: CalibrationRecord) -> Text:
    kind = record.order.kind
    return NOTICE if kind is Kind.VERIFICATION and record.verdict is not Verdict.CONFORMS else TITLES[kind]


def _code(laboratory: Laboratory, issue: Issue) -> str:
    """Return what the QR code says: where to check, or number and chain head where there is no such address."""
    if laboratory.verify_at:
        return f"{laboratory.verify_at.rstrip('/')}/{issue.number}?head={issue.head[:16]}"
    return f"{issue.number} {issue.head}"


def _laboratory(laboratory: Laboratory) -> tuple[Line, ...]:
    return _filled(
        (
            (ADDRESS, laboratory.address),
            (POSTCODE, laboratory.postcode),
            (PHONE, laboratory.phone),
            (EMAIL, laboratory.email),
            (AUTHORISATION, laboratory.authorisation),
        )
    )


def _cover(record: CalibrationRecord, issue: Issue) -> tuple[Line, ...]:
    unit, order = record.unit, record.order
    first, last = (local_date(each, record.laboratory) for each in (record.started, record.finished))
    return _filled(
        (
            (NUMBER, issue.number),
            (CLIENT, order.customer.name),
            (ADDRESS, order.customer.address),
            (ITEM, unit.description),
            (MODEL, unit.identity.model),
            (MANUFACTURER, unit.identity.manufacturer),
            (SERIAL, unit.identity.serial),
            (ASSET, unit.asset_number),
            (STATE, unit.condition),
            (RECEIVED, order.received.isoformat() if order.received is not None else ""),
            (worded(PERFORMED, order.kind), first if first == last else f"{first} – {last}"),
            (ISSUED, local_date(issue.at, record.laboratory)),
            due(record),
        )
    )


def due(record: CalibrationRecord) -> tuple[Text, str]:
    """Return what the day is called until which a certificate holds, and the day; empty where it says nothing of it.

    A verification that was passed holds for the interval of the regulation, or a shorter or longer one that was set for
    the instrument. A calibration names a day only where the client agreed to it (ISO/IEC 17025, 7.8.4.3).
    """
    order = record.order
    verified = order.kind is Kind.VERIFICATION
    months = order.interval or (record.procedure.interval if verified else 0)
    if not months or (verified and record.verdict is not Verdict.CONFORMS):
        return VALID, ""
    until = last_day(date.fromisoformat(local_date(record.finished, record.laboratory)), months)
    return (VALID if verified else AGAIN), until.isoformat()


def _signatures(record: CalibrationRecord) -> tuple[Signature, ...]:
    people = record.people
    given: tuple[tuple[Text, Person], ...] = (
        (AUTHORISED_BY, people.authorised_by),
        (CHECKED_BY, people.checked_by),
        (CALIBRATED_BY, people.calibrated_by),
    )
    return tuple(
        Signature(
            role=worded(role, record.order.kind),
            name=person.name,
            title=NOTHING if person.title.zh == role.zh else person.title,
        )
        for role, person in given
    )


def _method(record: CalibrationRecord) -> tuple[Line, ...]:
    procedure, kind = record.procedure, record.order.kind
    return _filled(
        (
            (METHOD, _document(procedure)),
            (
                worded(PROCEDURE, kind),
                Text("{title} ({name}, edition {edition})", zh="{title}（{name}，第 {edition} 版）").filled(
                    title=procedure.title, name=procedure.name, edition=procedure.edition
                ),
            ),
            (worded(PLACE, kind), record.laboratory.place),
            (ORDER, record.order.number),
            (RECORD, record.run),
        )
    )


def _document(procedure: ProcedureReference) -> Text:
    title = procedure.document_title
    return Text(f"{procedure.document} {title.en}".strip(), zh=f"{procedure.document} {title.zh or title.en}".strip())


def _standard(asset: Asset, *, equipment: bool) -> StandardLine:
    certificate = asset.certificate
    stated, figures = certificate.statement if certificate is not None else NOTHING, asset.specification
    if not equipment and certificate is None:
        stated = Text(
            "; ".join(f"{each.name} {_spelled(each.figure)}" for each in asset.characteristics),
            zh="；".join(
                f"{each.name_zh or each.name} {_spelled_in_chinese(each.figure)}" for each in asset.characteristics
            ),
        )
    elif not stated.en:
        stated = Text(
            "; ".join(f"≤ {each.up_to}: {_spelled(each.figure)}" for each in figures),
            zh="；".join(f"≤ {each.up_to}：{_spelled_in_chinese(each.figure)}" for each in figures),
        )
    confirmed = [each.confirmed for each in figures]
    if not equipment:
        confirmed += [each.confirmed for each in asset.characteristics]
    return StandardLine(
        name=asset.title,
        model=" ".join(filter(None, (asset.identity.manufacturer, asset.identity.model))),
        serial=asset.identity.serial,
        statement=stated,
        mark=NOTHING if all(confirmed) else UNVERIFIED,
        certificate=certificate.number if certificate is not None else "—",
        laboratory=certificate.laboratory if certificate is not None else _both("—"),
        due=certificate.due.isoformat() if certificate is not None else "—",
    )


def _spelled(figure: str) -> str:
    """Return a figure as print has it.

    >>> _spelled("10 ppm * abs(nominal) + 2 µV")
    '10 ppm × |nominal| + 2 µV'
    """
    return re.sub(r"abs\((\w+)\)", r"|\1|", figure).replace(" * ", " × ")


def _spelled_in_chinese(figure: str) -> str:
    """Return a figure as Chinese print has it.

    >>> _spelled_in_chinese("10 ppm * abs(nominal)")
    '10 ppm × |标称值|'
    """
    return re.sub(r"\w+", lambda found: FIGURE_WORDS.get(found[0], found[0]), _spelled(figure))


def _condition(condition: Condition) -> Line:
    """Return an ambient condition: its extremes to a tenth, or to the last place of its uncertainty if wider."""
    label = CONDITIONS.get(condition.name, _both(condition.name))
    unit = condition.lowest.unit
    place = last_place(1.0)  # a tenth
    uncertain = ""
    if condition.expanded_uncertainty is not None and condition.expanded_uncertainty.value > 0:
        inside = condition.expanded_uncertainty
        amount = amount_in(inside, unit)
        place = max(place, last_place(amount))
        shown = unit.coherent if unit.is_scale else unit
        uncertain = f", U = {digits(amount, place)} {shown.symbol} (k = 2)"
    low, high = digits(condition.lowest.value, place), digits(condition.highest.value_in(unit), place)
    span = f"{low} {unit.symbol}" if low == high else f"({low} – {high}) {unit.symbol}"
    return Line(label=label, value=_both(span + uncertain))


def _inspection(seen: InspectionResult, kind: Kind) -> Line:
    found = IN_ORDER if seen.verdict is Verdict.CONFORMS else NOT_IN_ORDER
    return Line(label=seen.title, value=worded(found, kind))


def _notes(record: CalibrationRecord, tables: tuple[ResultTable, ...]) -> tuple[Text, ...]:
    """Return the notes that every certificate carries, then those of the procedure."""
    every = [result for section in record.sections for point in section.points for result in point.results]
    results = [each for each in every if each.k]  # a statistic states no uncertainty
    probability = plain(float(f"{100 * results[0].probability:.6g}")) if results else "95.45"
    two = all(factor(each.k) == "2.00" for each in results)
    notes = [
        COVERAGE.filled(probability=probability, factor=ALL_TWO if two else K_STATED),
        ROUNDED,
        worded(ONLY_THIS_ITEM, record.order.kind),
        NO_PART,
    ]
    limits = _limits(record)
    if limits:
        notes.append(LIMITS.filled(sources=_listed(limits)))
    if {each.phase for each in record.sections} >= {"as found", "as left"}:
        notes.append(ADJUSTED)
    if not record.procedure.confirmed and record.procedure.document:
        notes.append(DOCUMENT_UNVERIFIED.filled(document=record.procedure.document))
    sources = _unverified(record)
    if sources:
        notes.append(UNVERIFIED_SOURCES.filled(sources=_listed(sources)))
    return tuple(_sentence(each) for each in (*notes, *record.notes, *_warnings(record, tables)))


def _listed(several: list[Text]) -> Text:
    return Text("; ".join(each.en for each in several), zh="；".join(each.zh or each.en for each in several))


def _sentence(words: Text) -> Text:
    """Return a note with the full stop of a sentence.

    >>> _sentence(Text("Clock: not measured", zh="时钟：未测")).zh
    '时钟：未测。'
    """
    ended = words.en.rstrip().endswith((".", "!", "?")), words.zh.rstrip().endswith(("。", "！", "？"))
    return Text(words.en if ended[0] else f"{words.en}.", zh=words.zh if ended[1] or not words.zh else f"{words.zh}。")


def _limits(record: CalibrationRecord) -> list[Text]:
    """Return where the limits of judged results stand (ISO/IEC 17025, 7.8.6.2 b): as the method says, or the type."""
    judged = [each for section in record.sections for point in section.points for each in point.judgements]
    chinese = sources_in_chinese((), record.unit, record.procedure)
    of_type = [
        _OF_TYPE.filled(type=record.unit.type_name, source=source_in_both(each.source, chinese))
        for each in record.unit.specification
        if each.source
    ]
    told: list[Text] = []
    for each in judged:
        told += [each.source] if each.source.en else of_type
    return [Text(each.en, zh=_UNCONFIRMED.sub("，未经核实", each.zh or each.en)) for each in dict.fromkeys(told)]


_UNCONFIRMED = re.compile(r", unconfirmed$")


def _warnings(record: CalibrationRecord, tables: tuple[ResultTable, ...]) -> tuple[Text, ...]:
    """Return what has to be said of the uncertainties that are printed, each once."""
    printed = {(table.section, column.name) for table in tables for column in table.columns}
    said = (
        warning
        for section in record.sections
        for point in section.points
        for result in point.results
        if result.k and (section.title.en, result.symbol) in printed
        for warning in result.warnings
    )
    return tuple(dict.fromkeys(said))


def _unverified(record: CalibrationRecord) -> list[Text]:
    """Return the sources of figures that nobody has held against paper, in the order of their first use."""
    lines = (line for section in record.sections for point in section.points
             for result in point.results for line in result.budget)  # fmt: skip
    assets = (*record.standards.values(), *record.auxiliaries.values())
    chinese = sources_in_chinese(assets, record.unit, record.procedure)
    told = [source_in_both(line.source, chinese) for line in lines if line.source and not line.confirmed]
    floors = (result.floor for section in record.sections for point in section.points for result in point.results)
    told += [each.source for each in floors if each is not None and not each.confirmed]
    limits = (each.source for each in record.unit.specification if not each.confirmed)
    told += [_OF_TYPE.filled(type=record.unit.type_name, source=source_in_both(each, chinese)) for each in limits]
    return list(dict.fromkeys(told))


_OF_TYPE = Text("{type}: {source}", zh="{type}：{source}")
