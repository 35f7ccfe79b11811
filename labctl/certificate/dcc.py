"""The digital calibration certificate (DCC 3.3.0, D-SI 2.2.1): the same printed strings, for machines to read."""

import re
from hashlib import sha256
from typing import Final

from lxml import etree

from labctl.certificate.compose import due, local_date
from labctl.certificate.dcc_results import result
from labctl.certificate.document import Document, Line
from labctl.certificate.dsi import dsi
from labctl.certificate.element import Element, root
from labctl.certificate.figures import amount_in, plain
from labctl.certificate.rules import refuse_broken
from labctl.certificate.typefaces import typesetter
from labctl.certificate.words import (
    AUTHORISED_BY,
    CONDITIONS,
    NO_PART,
    NUMBER,
    ONLY_THIS_ITEM,
    ORDER,
    RECORD,
    SERIAL,
    SIMULATED,
    TEMPLATE,
)
from labctl.events.codec import encode
from labctl.language import Text
from labctl.metrology.conformity import Verdict
from labctl.records.calibration import CalibrationRecord, Condition
from labctl.records.equipment import Asset

VERSION: Final = "3.3.0"
_LABCTL: Final = Text("labctl", zh="labctl")
_BASIC: Final = "https://digilab.ptb.de/dkd/refType/vocab/index.php?tema=2"
_CONFORMITY: Final = {Verdict.CONFORMS: "pass", Verdict.DOES_NOT_CONFORM: "fail"}
_REFERENCE_TYPES: Final = {"temperature": "basic_temperature", "humidity": "basic_humidityRelative"}
_ENTRY: Final = Text(
    "Digest of the certificate's entry in the laboratory's record", zh="本实验室记录中该证书条目的摘要"
)


def write(document: Document, record: CalibrationRecord) -> bytes:
    """Return the digital certificate of a composed document.

    Raises:
        BrokenRule: it breaks a rule of its own form.
        UnknownUnit: a unit has no Digital-SI spelling.
    """
    certificate = root(VERSION)
    administrative = certificate.add("administrativeData")
    _software(administrative.add("dccSoftware"), document.release)
    _vocabulary(administrative)
    _core(administrative, document, record)
    _item(administrative, record)
    _laboratory(administrative, record)
    _people(administrative, document)
    _customer(administrative, record)
    _statements(administrative, document, record)
    _measurement(certificate.add("measurementResults").add("measurementResult"), document, record)
    refuse_broken(certificate.node, document.number)
    etree.indent(certificate.node)
    written: bytes = etree.tostring(certificate.node, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _software(parent: Element, release: str) -> None:
    numbers = re.match(r"\d{1,3}(\.\d{1,3}){0,2}", release)
    software = parent.add("software")
    software.words("name", _LABCTL)
    software.add("release", f"v{numbers[0] if numbers else 0}")
    software.add("type", "application")


def _typesetter(used: Element) -> None:
    """Name what set the pages: their bytes depend on its version and on the typefaces."""
    made_with = typesetter()
    software = used.add("software")
    software.same("name", "typst")
    software.add("release", f"v{made_with['typst']}")
    others = "; ".join(f"{name} {value}" for name, value in made_with.items() if name != "typst")
    software.same("description", others)


def _vocabulary(administrative: Element) -> None:
    definition = administrative.add("refTypeDefinitions").add("refTypeDefinition")
    definition.words("name", Text("Basic terms", zh="基本术语"))
    definition.words("description", Text("Terms common to all fields of metrology", zh="各计量领域通用的术语"))
    definition.add("namespace", "basic")
    definition.add("link", _BASIC)


def _core(administrative: Element, document: Document, record: CalibrationRecord) -> None:
    core = administrative.add("coreData")
    core.add("countryCodeISO3166_1", record.laboratory.country)
    core.add("usedLangCodeISO639_1", "zh")
    core.add("usedLangCodeISO639_1", "en")
    core.add("mandatoryLangCodeISO639_1", "zh")
    core.add("uniqueIdentifier", document.number)
    identifications = core.add("identifications")
    identifications.identification("calibrationLaboratory", record.order.number, ORDER)
    identifications.identification("calibrationLaboratory", record.run, RECORD)
    identifications.identification("calibrationLaboratory", document.head, TEMPLATE["head"])
    if record.order.received is not None:
        core.add("receiptDate", record.order.received.isoformat())
    core.add("beginPerformanceDate", local_date(record.started, record.laboratory))
    core.add("endPerformanceDate", local_date(record.finished, record.laboratory))
    core.add("performanceLocation", "laboratory")
    core.add("issueDate", document.issued)


def _item(administrative: Element, record: CalibrationRecord) -> None:
    unit = record.unit
    item = administrative.add("items").add("item")
    item.words("name", unit.description)
    item.words("description", unit.condition)
    item.add("manufacturer").same("name", unit.identity.manufacturer)
    item.add("model", unit.identity.model)
    identifications = item.add("identifications")
    identifications.identification("manufacturer", unit.identity.serial, SERIAL)
    if unit.asset_number:
        identifications.identification("customer", unit.asset_number, Text("Equipment no.", zh="设备编号"))


def _laboratory(administrative: Element, record: CalibrationRecord) -> None:
    laboratory = record.laboratory
    parent = administrative.add("calibrationLaboratory")
    if laboratory.authorisation:
        parent.add("calibrationLaboratoryCode", laboratory.authorisation)
    contact = parent.add("contact")
    contact.words("name", laboratory.name)
    if laboratory.email:
        contact.add("eMail", laboratory.email)
    if laboratory.phone:
        contact.add("phone", laboratory.phone)
    location = contact.add("location")
    location.add("countryCode", laboratory.country)
    if laboratory.postcode:
        location.add("postCode", laboratory.postcode)
    location.words("further", laboratory.address)


def _people(administrative: Element, document: Document) -> None:
    people = administrative.add("respPersons")
    for each in document.signatures:
        person = people.add("respPerson")
        person.add("person").words("name", each.name)
        person.add("role", f"{each.role.zh} {each.role.en}")
        person.add("mainSigner", "true" if each.role == AUTHORISED_BY else "false")


def _customer(administrative: Element, record: CalibrationRecord) -> None:
    customer = administrative.add("customer")
    customer.words("name", record.order.customer.name)
    location = customer.add("location")
    location.add("countryCode", record.laboratory.country)
    if record.order.customer.address.en:
        location.words("further", record.order.customer.address)


def _statements(administrative: Element, document: Document, record: CalibrationRecord) -> None:
    statements = administrative.add("statements")
    if document.simulated:
        statement = statements.add("statement")
        statement.words("name", SIMULATED)
        statement.words("declaration", SIMULATED)
        statement.add("valid", "false")
    traceable = statements.add("statement", refType="basic_metrologicalTraceability")
    traceable.add("traceable", "false" if document.simulated else "true")
    traceable.add("norm", "ISO/IEC 17025:2017")
    traceable.add("reference", "7.8.4.1 c)")
    traceable.words("declaration", document.traceability)
    if record.verdict is not None and record.order.judged:
        conformity = statements.add("statement", refType="basic_conformity")
        conformity.add("norm", record.procedure.document or record.procedure.name)
        rules = [*(each for table in document.tables for _, each in table.notes), *document.rules]
        conformity.words("declaration", _joined([document.conclusion, *dict.fromkeys(rules)]))
        if record.verdict in _CONFORMITY:
            conformity.add("conformity", _CONFORMITY[record.verdict])
    called, day = due(record)
    if day:
        again = statements.add("statement", refType="basic_recalibration")
        again.words("declaration", Text(f"{called.en}: {day}", zh=f"{called.zh}：{day}"))
        again.add("date", day)
    for words in dict.fromkeys((ONLY_THIS_ITEM, NO_PART, *document.notes)):
        statements.add("statement").words("declaration", words)


def _joined(texts: list[Text]) -> Text:
    return Text(" ".join(each.en for each in texts), zh=" ".join(each.zh or each.en for each in texts))


def _measurement(parent: Element, document: Document, record: CalibrationRecord) -> None:
    parent.words("name", document.words["results"])
    methods = parent.add("usedMethods")
    _method(methods, document, record)
    uncertainty = methods.add("usedMethod", refType="basic_uncertainty")
    uncertainty.words("name", Text("Expanded uncertainty", zh="扩展不确定度"))
    uncertainty.words("description", document.notes[0])
    uncertainty.add("norm", "JJF 1059.1-2012")
    uncertainty.add("norm", "JCGM 100:2008")
    used = parent.add("usedSoftware")
    _software(used, record.software.release)
    _typesetter(used)
    equipment = [*record.standards.values(), *record.auxiliaries.values()]
    if equipment:
        listed = parent.add("measuringEquipments")
        for asset in equipment:
            _equipment(listed, asset, record)
    if record.conditions:
        conditions = parent.add("influenceConditions")
        for condition, line in zip(record.conditions, document.conditions, strict=True):
            _condition(conditions, condition, line)
    results = parent.add("results")
    for table, section in zip(document.tables, record.sections, strict=True):
        result(results, table, section, conformity=record.order.judged)


def _method(methods: Element, document: Document, record: CalibrationRecord) -> None:
    method = methods.add("usedMethod", refType="basic_calibrationMethod")
    method.words("name", record.procedure.title)
    method.words("description", _joined([each.value for each in document.method[:2]]))
    if record.procedure.document:
        method.add("norm", record.procedure.document)
    if record.procedure.digest:
        method.add(
            "reference", f"{record.procedure.name} {record.procedure.edition}, SHA-256 {record.procedure.digest}"
        )


def _equipment(parent: Element, asset: Asset, record: CalibrationRecord) -> None:
    standard = asset in record.standards.values()
    equipment = parent.add("measuringEquipment", refType="basic_measurementStandard" if standard else None)
    equipment.words("name", asset.title)
    found = asset.certificate
    if found is not None:
        if found.statement.en:
            equipment.words("description", found.statement)
        certificate = equipment.add("certificate")
        certificate.words("referral", Text(
            "Calibration certificate of {laboratory}", zh="校准证书，{laboratory}"
        ).filled(laboratory=found.laboratory))  # fmt: skip
        certificate.add("referralID", found.number)
        certificate.add("procedure", "SHA-256")
        certificate.add("value", sha256(encode(found)).hexdigest())
        certificate.words("description", _ENTRY)
        valid = record.finished.date() <= found.due
        certificate.add("inValidityRange", "true" if valid else "false")
        certificate.add("traceable", "false" if record.simulated else "true")
    if asset.identity.manufacturer:
        equipment.add("manufacturer").same("name", asset.identity.manufacturer)
    if asset.identity.model:
        equipment.add("model", asset.identity.model)
    if asset.identity.serial:
        identifications = equipment.add("identifications")
        identifications.identification("manufacturer", asset.identity.serial, SERIAL)
        if found is not None:
            identifications.identification("calibrationLaboratory", found.number, NUMBER)


def _condition(parent: Element, condition: Condition, line: Line) -> None:
    """Write the extremes of an ambient condition, each with its uncertainty where one is known."""
    kind = _REFERENCE_TYPES.get(condition.name)
    influence = parent.add("influenceCondition", refType=kind)
    influence.words("name", CONDITIONS.get(condition.name, Text(condition.name, zh=condition.name)))
    influence.words("description", line.value)
    content = influence.add("data")
    for words, value, ending in (
        (Text("lowest", zh="最低"), condition.lowest, "Min"),
        (Text("highest", zh="最高"), condition.highest, "Max"),
    ):
        quantity = content.add("quantity", refType=f"{kind}{ending}" if kind else None)
        quantity.words("name", words)
        real = quantity.si("real")
        real.si("value", plain(value.value))
        real.si("unit", dsi(value.unit))
        if condition.expanded_uncertainty is not None and condition.expanded_uncertainty.value > 0:
            expanded = real.si("measurementUncertaintyUnivariate").si("expandedMU")
            expanded.si("valueExpandedMU", plain(amount_in(condition.expanded_uncertainty, value.unit)))
            expanded.si("coverageFactor", "2")
            expanded.si("coverageProbability", "0.95")
