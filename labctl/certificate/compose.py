"""From a record to the certificate that will be printed: the one place where its figures become words."""

import re
from datetime import datetime, timedelta, timezone

from labctl.certificate.document import NOTHING, Document, Issue, Line, ResultTable, Signature, StandardLine
from labctl.certificate.figures import amount_in, digits, factor, plain
from labctl.certificate.tables import tables_of
from labctl.certificate.words import (
    ADDRESS,
    ADJUSTED,
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
    IN_ORDER,
    ISSUED,
    ITEM,
    K_STATED,
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
    SERIAL,
    SIMULATED_TRACEABLE,
    STATE,
    TEMPLATE,
    TITLES,
    TRACEABLE,
    UNVERIFIED,
    UNVERIFIED_SOURCES,
    WHOLE,
)
from labctl.language import Text
from labctl.metrology.conformity import Verdict
from labctl.metrology.rounding import last_place
from labctl.records.calibration import CalibrationRecord, Condition, InspectionResult, ProcedureReference
from labctl.records.equipment import Asset
from labctl.records.order import Kind, Laboratory, Person
from labctl.records.sources import source_in_both, sources_in_chinese


def compose(record: CalibrationRecord, issue: Issue) -> Document:
    """Return the certificate of a record: nothing is rounded or worded after this."""
    laboratory, tables = record.laboratory, tables_of(record)
    stated = {note for table in tables for _, note in table.notes}
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
        conclusion=WHOLE[record.verdict] if record.verdict is not None and record.order.conformity else NO_STATEMENT,
        signatures=_signatures(record),
        method=_method(record),
        standards=(
            *(_standard(each, equipment=True) for each in record.standards.values()),
            *(_standard(each, equipment=False) for each in record.auxiliaries.values()),
        ),
        conditions=tuple(_condition(each) for each in record.conditions),
        traceability=SIMULATED_TRACEABLE if record.simulated else TRACEABLE,
        tables=tables,
        rules=tuple(each for each in record.rules if each not in stated),
        notes=_notes(record, tables),
        inspections=tuple(_inspection(each) for each in record.inspections),
        words=dict(TEMPLATE),
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
            (PERFORMED, first if first == last else f"{first} – {last}"),
            (ISSUED, local_date(issue.at, record.laboratory)),
        )
    )


def _signatures(record: CalibrationRecord) -> tuple[Signature, ...]:
    people = record.people
    given: tuple[tuple[Text, Person], ...] = (
        (AUTHORISED_BY, people.authorised_by),
        (CHECKED_BY, people.checked_by),
        (CALIBRATED_BY, people.calibrated_by),
    )
    return tuple(
        Signature(role=role, name=person.name, title=NOTHING if person.title.zh == role.zh else person.title)
        for role, person in given
    )


def _method(record: CalibrationRecord) -> tuple[Line, ...]:
    procedure = record.procedure
    return _filled(
        (
            (METHOD, _document(procedure)),
            (
                PROCEDURE,
                Text("{title} ({name}, edition {edition})", zh="{title}（{name}，第 {edition} 版）").filled(
                    title=procedure.title, name=procedure.name, edition=procedure.edition
                ),
            ),
            (PLACE, record.laboratory.place),
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
        named = [(each.name, each.name_zh or each.name, _spelled(each.figure)) for each in asset.characteristics]
        stated = Text(
            "; ".join(f"{name} {figure}" for name, _, figure in named),
            zh="；".join(f"{name} {figure}" for _, name, figure in named),
        )
    elif not stated.en:
        stated = _both("; ".join(f"≤ {each.up_to}: {_spelled(each.figure)}" for each in figures))
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


def _inspection(seen: InspectionResult) -> Line:
    return Line(label=seen.title, value=IN_ORDER if seen.verdict is Verdict.CONFORMS else NOT_IN_ORDER)


def _notes(record: CalibrationRecord, tables: tuple[ResultTable, ...]) -> tuple[Text, ...]:
    """Return the notes that every certificate carries, then those of the procedure."""
    every = [result for section in record.sections for point in section.points for result in point.results]
    results = [each for each in every if each.k]  # a statistic states no uncertainty
    probability = plain(float(f"{100 * results[0].probability:.6g}")) if results else "95.45"
    two = all(factor(each.k) == "2.00" for each in results)
    notes = [
        COVERAGE.filled(probability=probability, factor=ALL_TWO if two else K_STATED),
        ROUNDED,
        ONLY_THIS_ITEM,
        NO_PART,
    ]
    if {each.phase for each in record.sections} >= {"as found", "as left"}:
        notes.append(ADJUSTED)
    if not record.procedure.confirmed and record.procedure.document:
        notes.append(DOCUMENT_UNVERIFIED.filled(document=record.procedure.document))
    sources = _unverified(record)
    if sources:
        english, chinese = "; ".join(each.en for each in sources), "；".join(each.zh for each in sources)
        notes.append(UNVERIFIED_SOURCES.filled(sources=Text(english, zh=chinese)))
    return (*notes, *record.notes, *_warnings(record, tables))


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
