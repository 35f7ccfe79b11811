"""What a station file says of a type of unit under test: ranges, and the errors that its specification permits."""

from labctl.app.station.assets import read_specification
from labctl.app.station.records import UnitType
from labctl.app.station.table import Table
from labctl.language import Text
from labctl.metrology.quantity import Quantity


def read_unit_type(key: str, table: Table) -> UnitType:
    """Return one type of unit."""
    ranges = _ranges(table)
    plate, words = _nameplate(table)
    kind = UnitType(
        key=key,
        title=table.words("title"),
        manufacturer=table.text("manufacturer", "Keysight"),
        model=table.text("model", "34465A"),
        ranges=ranges,
        basic_range=_basic(table, ranges),
        specification=read_specification(table),
        nameplate=plate,
        designations=words,
        points=table.text("points", "5.5 digits", default=""),
    )
    table.close()
    return kind


def _ranges(table: Table) -> dict[str, tuple[Quantity, ...]]:
    within = table.optional("ranges")
    if within is None:
        return {}
    example = '"DC voltage" = ["1 V", "10 V"]'
    return {quantity: within.quantities(quantity, example) for quantity in within.names()}


def _basic(table: Table, ranges: dict[str, tuple[Quantity, ...]]) -> dict[str, Quantity]:
    within = table.optional("basic_range")
    if within is None:
        return {}
    basic = {quantity: within.quantity(quantity, "10 V") for quantity in within.names()}
    for quantity, top in basic.items():
        known = ranges.get(quantity, ())
        if top not in known:
            within.refuse(
                quantity,
                Text("{top} is no range", zh="{top} 不是该型号的量程").filled(top=str(top)),
                Text("Choose one of: {known}", zh="可选：{known}").filled(known=", ".join(map(str, known)) or "—"),
            )
    return basic


def _nameplate(table: Table) -> tuple[dict[str, Quantity], dict[str, str]]:
    """Return the quantities on the nameplate, and what it says in words: a value that begins with a letter."""
    within = table.optional("nameplate")
    if within is None:
        return {}, {}
    words = {name: word for name in within.names() if (word := within.text(name, "0.5 %"))[:1].isalpha()}
    return {name: within.quantity(name, "0.5 %") for name in within.names() if name not in words}, words
