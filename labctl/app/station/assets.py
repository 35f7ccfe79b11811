"""The record of a standard or auxiliary in a station file: identity, certificate and every figure of it."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from attrs import define, field

from labctl.app.station.table import NOWHERE, Table
from labctl.errors import MetrologyError
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.records.equipment import (
    Asset,
    Basis,
    CertificateOfStandard,
    Characteristic,
    CorrectionPoint,
    Identity,
    SpecificationLine,
)

SHARING = ("common", "local", "unstated")
EFFECTS = ("certificate", "drift", "specification")  # what a standard's record brings into a budget
DISTRIBUTIONS = ("rectangular", "normal", "triangular", "arcsine")
HERTZ = parse_unit("Hz")


@define
class Shelf:
    """The serial numbers already seen, so that no instrument stands twice on one bench."""

    seen: dict[tuple[str, str], str] = field(factory=dict[tuple[str, str], str])

    def place(self, identity: Identity, key: str, table: Table) -> None:
        """Note an instrument, or complain that it stands here already."""
        mark = (identity.model, identity.serial)
        if identity.serial and mark in self.seen:
            table.refuse(
                "serial",
                Text("{model} {serial} is {other} already", zh="{model} {serial} 已登记为 {other}").filled(
                    model=identity.model, serial=identity.serial, other=self.seen[mark]
                ),
                Text("Correct one of the two serial numbers", zh="请更正其中一个出厂编号"),
            )
        self.seen[mark] = key


def read_asset(
    key: str, table: Table, shelf: Shelf, driver: type[Driver] | None = None, *, close: bool = True
) -> Asset:
    """Return the record of one instrument or auxiliary.

    Args:
        key: its name on the bench.
        table: what the file says of it.
        shelf: what was read before it.
        driver: gives maker and model where the file does not.
        close: whether keys that nobody read are refused; not where the caller reads more.
    """
    identity = Identity(
        manufacturer=table.text("manufacturer", "Fluke", default=driver.maker if driver is not None else None),
        model=table.text("model", "5522A", default=driver.model if driver is not None else None),
        serial=table.text("serial", "1234567"),
    )
    shelf.place(identity, key, table)
    plain = f"{identity.manufacturer} {identity.model}"
    asset = Asset(
        key=key,
        title=table.words("title", default=Text(plain, zh=plain)),
        identity=identity,
        certificate=_certificate(table),
        basis=table.choice("basis", Basis, Basis.SPECIFICATION),
        corrections=(corrections := _corrections(table)),
        specification=read_specification(table),
        drift=_drift(table, corrections),
        sharing=_sharing(table),
        characteristics=_characteristics(table),
        function=_function(table),
    )
    _refuse_unbacked(asset, table)
    if driver is not None:
        _refuse_misspelt(asset, table, driver.quantities)
    if close:
        table.close()
    return asset


def read_specification(table: Table) -> tuple[SpecificationLine, ...]:
    """Return the lines of an accuracy specification; those of one quantity have one dimension.

    They ascend, in each band of frequencies by themselves.
    """
    lines: list[SpecificationLine] = []
    tops: dict[tuple[str, str], Quantity] = {}
    units: dict[str, Unit] = {}
    for each in table.tables("specification"):
        quantity = each.text("quantity", "DC voltage")
        band = each.text("frequency", "45 Hz … 10 kHz", default="")
        if band:
            _refuse_no_band(each)
        before = tops.get((quantity, band))
        top = each.quantity("up_to", "10 V", like=units.get(quantity))
        if not each.refused("up_to"):
            if before is not None and not before < top:
                each.refuse(
                    "up_to",
                    Text("{top} is not above {before}", zh="{top} 未大于上一行的 {before}").filled(
                        top=str(top), before=str(before)
                    ),
                    Text("Write the lines in ascending order", zh="请按升序排列各行"),
                )
            tops[quantity, band] = top
            units[quantity] = top.unit
        source = each.words("source")
        lines.append(
            SpecificationLine(
                quantity=quantity,
                up_to=top,
                figure=each.figure("figure", "12 ppm * abs(nominal) + 20 µV", at=top),
                source=source.en,
                source_zh=_other(source),
                confirmed=each.flag("confirmed", default=False),
                frequency=band,
            )
        )
        each.close()
    return tuple(lines)


def _other(words: Text) -> str:
    """Return Chinese words that are others than the English ones."""
    return words.zh if words.zh != words.en else ""


def _refuse_no_band(table: Table) -> None:
    """Complain of a band that is none of frequencies."""
    band = table.interval("frequency", "45 Hz … 10 kHz")
    ends = [each for each in (band.low, band.high) if each is not None]
    if not table.refused("frequency") and any(each.unit.dimension != HERTZ.dimension for each in ends):
        table.refuse(
            "frequency",
            Text("{band} is no band of frequencies", zh="{band} 不是频率范围").filled(band=band),
            Text("Write it in Hz or kHz", zh="请以 Hz 或 kHz 表示"),
        )


def _certificate(table: Table) -> CertificateOfStandard | None:
    within = table.optional("certificate")
    if within is None:
        return None
    certificate = CertificateOfStandard(
        number=within.text("number", "DLsz2026-00123"),
        laboratory=within.words("laboratory"),
        calibrated=within.day("calibrated") or NOWHERE,
        due=within.day("due") or NOWHERE,
        statement=within.words("statement", default=Text("", zh="")),
    )
    if NOWHERE not in {certificate.calibrated, certificate.due} and certificate.due <= certificate.calibrated:
        within.refuse(
            "due",
            Text("{due} is not after the calibration", zh="{due} 不晚于校准日期").filled(due=certificate.due),
            Text("Give the last day on which it may be relied on", zh="请填写有效期的最后一天"),
        )
    within.close()
    return certificate


def _corrections(table: Table) -> dict[str, tuple[CorrectionPoint, ...]]:
    within = table.optional("corrections")
    if within is None:
        return {}
    return {quantity: _points(within, quantity) for quantity in within.names()}


def _points(within: Table, quantity: str) -> tuple[CorrectionPoint, ...]:
    points: list[CorrectionPoint] = []
    for each in within.tables(quantity):
        at = each.quantity("at", "10 V", like=points[0].at.unit if points else None)
        point = CorrectionPoint(
            at=at,
            correction=each.quantity("correction", "-20 µV", like=at.unit),
            expanded_uncertainty=each.quantity("expanded_uncertainty", "30 µV", like=at.unit),
            k=each.positive("k", default=2.0),
        )
        if not each.refused("expanded_uncertainty") and point.expanded_uncertainty.value <= 0:
            each.refuse(
                "expanded_uncertainty",
                Text("is {U}", zh="为 {U}").filled(U=str(point.expanded_uncertainty)),
                Text("An expanded uncertainty is above zero", zh="扩展不确定度应大于零"),
            )
        if points and not each.refused("at") and not points[-1].at < at:
            each.refuse(
                "at",
                Text("{at} is not above {before}", zh="{at} 未大于上一行的 {before}").filled(
                    at=str(at), before=str(points[-1].at)
                ),
                Text("Write the lines in ascending order, each value once", zh="请按升序排列，每个值一行"),
            )
        each.close()
        points.append(point)
    return tuple(points)


def _drift(table: Table, corrections: Mapping[str, Sequence[CorrectionPoint]]) -> dict[str, str]:
    """Return the drift of each quantity since its calibration; one without a certificate's value would never count."""
    within = table.optional("drift")
    if within is None:
        return {}
    found: dict[str, str] = {}
    for quantity in within.names():
        points = corrections.get(quantity, ())
        at = points[-1].at if points and _whole(points[-1].at) else None
        found[quantity] = within.figure(quantity, "5 ppm * abs(nominal)", at=at)
        if corrections and not points:
            within.refuse(
                quantity,
                Text("has no corrections, to which a drift would belong", zh="没有对应的修正值"),
                Text("Corrections there are: {known}", zh="已有修正值：{known}").filled(known=", ".join(corrections)),
            )
    return found


def _whole(at: Quantity) -> bool:
    """Return whether a figure may be tried at a value: a point on a scale, such as 20 °C, takes no factor."""
    return not at.unit.is_scale


def _sharing(table: Table) -> dict[str, str]:
    within = table.optional("sharing")
    if within is None:
        return {}
    words = {effect: within.one_of(effect, SHARING, "unstated") for effect in EFFECTS}
    within.close()
    return {effect: word for effect, word in words.items() if effect in within.names()}


def _function(table: Table) -> dict[str, str]:
    """Return the parameters of a calibration function, each a quantity as text."""
    within = table.optional("function")
    if within is None:
        return {}
    return {name: str(within.quantity(name, "-1.8e-4")) for name in within.names()}


def _characteristics(table: Table) -> tuple[Characteristic, ...]:
    found: dict[str, Characteristic] = {}
    for each in table.tables("characteristics"):
        source = each.words("source")
        one = Characteristic(
            name=each.text("name", "thermal EMF"),
            name_zh=each.text("zh", "热电势", default=""),
            figure=each.figure("figure", "1 µV"),
            value=each.text("value", "8000 kg/m³", default=""),
            distribution=each.one_of("distribution", DISTRIBUTIONS, "rectangular"),
            k=each.positive("k", default=2.0),
            source=source.en,
            source_zh=_other(source),
            confirmed=each.flag("confirmed", default=False),
        )
        if each.has("k") and one.distribution != "normal":
            each.refuse(
                "k",
                Text("belongs to a normal distribution, not to limits", zh="仅用于 normal 分布，不用于界限"),
                Text(
                    'Leave it out, or write distribution = "normal" where the figure is an expanded uncertainty',
                    zh='请删去；数值为扩展不确定度时请写 distribution = "normal"',
                ),
            )
        _refuse_negative(each, one.figure)
        if one.name in found:
            each.refuse(
                "name",
                Text("{name!r} stands here twice", zh="{name!r} 重复").filled(name=one.name),
                Text("Keep one of the two", zh="请保留其一"),
            )
        found[one.name] = one
        each.close()
    return tuple(found.values())


def _refuse_negative(table: Table, figure: str) -> None:
    """Complain of a characteristic below zero, where its figure tells it without the columns of a procedure."""
    try:
        width = Figure(figure).quantity()
    except MetrologyError:
        return  # told where it was read, or it needs columns
    if width.value < 0:
        table.refuse(
            "figure",
            Text("gives {width}, a half-width is not negative", zh="结果为 {width}，半宽不能为负").filled(width=width),
            Text("Give its size", zh="请给出其大小"),
        )


def _refuse_misspelt(asset: Asset, table: Table, known: Collection[str]) -> None:
    """Complain of a quantity that is written almost as one of the instrument's: its figures would never count.

    Args:
        asset: of an instrument.
        table: what the file says of it.
        known: the quantities that its driver tells and presents.
    """
    stated = [("specification", dict.fromkeys(each.quantity for each in asset.specification))]
    stated += [("corrections", dict.fromkeys(asset.corrections))]
    for key, quantities in stated:
        for quantity in quantities:
            near = get_close_matches(quantity.casefold(), [each.casefold() for each in known], n=1, cutoff=_ALMOST)
            if near and quantity not in known:
                meant = next(each for each in known if each.casefold() == near[0])
                table.refuse(
                    key,
                    Text("{quantity!r} is no quantity of this instrument", zh="{quantity!r} 不是该仪器的量").filled(
                        quantity=quantity
                    ),
                    Text("Did you mean {meant!r}?", zh="是否指 {meant!r}？").filled(meant=meant),
                )


_ALMOST = 0.85  # alike enough for a slip of the hand


def _refuse_unbacked(asset: Asset, table: Table) -> None:
    """Complain of a certificate whose basis has no figures: the standard could not be used."""
    empty = not (asset.corrections if asset.basis is Basis.CORRECTIONS else asset.specification)
    if asset.certificate is not None and empty:
        table.refuse(
            "basis" if table.has("basis") else "",
            Text("relies on {basis}, of which the file has none", zh="以 {basis} 为依据，但文件中没有").filled(
                basis=asset.basis.value
            ),
            Text("Add them, or choose the other basis", zh="请补充，或改用另一依据"),
        )
