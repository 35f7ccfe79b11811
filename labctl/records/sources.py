"""Where figures come from, in both languages; budgets name each source by its English words."""

from collections.abc import Iterable, Mapping

from labctl.language import Text
from labctl.records.calibration import ProcedureReference
from labctl.records.equipment import Asset, Characteristic, SpecificationLine, UnitUnderTest


def sources_in_chinese(assets: Iterable[Asset], unit: UnitUnderTest, method: ProcedureReference) -> dict[str, str]:
    """Return where figures of assets, of the unit and of the method come from: the Chinese words by the English."""
    figures: list[SpecificationLine | Characteristic] = [*unit.specification]
    for each in assets:
        figures += [*each.specification, *each.characteristics]
    return method.sources | {each.source: each.source_zh for each in figures if each.source_zh}


def source_in_both(source: str, chinese: Mapping[str, str]) -> Text:
    """Return where a figure comes from in both languages; what was done to it since, such as a √n, stays behind it.

    >>> source_in_both("data sheet·√3", {"data sheet": "说明书"}).zh
    '说明书·√3'
    """
    known = max((each for each in chinese if source.startswith(each)), key=len, default="")
    return Text(source, zh=chinese[known] + source.removeprefix(known) if known else source)
