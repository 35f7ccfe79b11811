"""The office's part of a station file: laboratory, people, and what an order holds by default."""

import re
from pathlib import Path

from labctl.app.station.table import Table
from labctl.language import Text
from labctl.records.interval import months_of
from labctl.records.order import Customer, Kind, Laboratory, Order, People, Person


def read_laboratory(table: Table) -> Laboratory:
    """Return the laboratory as its certificates present it."""
    laboratory = Laboratory(
        name=table.words("name"),
        address=table.words("address"),
        phone=table.text("phone", "", default=""),
        email=table.text("email", "", default=""),
        postcode=table.text("postcode", "", default=""),
        authorisation=table.text("authorisation", "", default=""),
        verify_at=table.text("verify_at", "https://…", default=""),
        place=table.words("place", default=Text("in the laboratory", zh="实验室内")),
        country=table.text("country", "CN", default="CN"),
        utc_offset=table.text("utc_offset", "+08:00", default="+08:00"),
    )
    if not re.fullmatch(r"[A-Z]{2}", laboratory.country):
        table.refuse(
            "country",
            Text("is {given!r}", zh="为 {given!r}").filled(given=laboratory.country),
            Text("Give its two capital letters by ISO 3166-1, such as CN", zh="请按 ISO 3166-1 写两位大写字母，如 CN"),
        )
    if not re.fullmatch(r"[+-](0\d|1[0-4]):[0-5]\d", laboratory.utc_offset):
        table.refuse(
            "utc_offset",
            Text("is {given!r}", zh="为 {given!r}").filled(given=laboratory.utc_offset),
            Text("Give hours and minutes ahead of UTC, such as +08:00", zh="请写与 UTC 的时差，如 +08:00"),
        )
    if laboratory.verify_at and not laboratory.verify_at.startswith("https://"):
        table.refuse(
            "verify_at",
            Text("is {address!r}", zh="为 {address!r}").filled(address=laboratory.verify_at),
            Text("Give an address that begins with https://", zh="请写以 https:// 开头的地址"),
        )
    table.close()
    return laboratory


def read_people(table: Table) -> People:
    """Return the three people who sign."""
    people = People(
        calibrated_by=_person(table.table("calibrated_by")),
        checked_by=_person(table.table("checked_by")),
        authorised_by=_person(table.table("authorised_by")),
    )
    if people.calibrated_by.name == people.checked_by.name:  # whatever their titles
        table.refuse(
            "checked_by",
            Text("is the person who calibrated", zh="与校准人员相同"),
            Text("Name somebody else: nobody checks their own work", zh="请另指定核验人员，不得自校自核"),
        )
    table.close()
    return people


def read_order(table: Table) -> Order:
    """Return what an order holds where nobody says otherwise."""
    customer = table.table("customer")
    order = Order(
        number=table.text("number", "2026-0001"),
        customer=Customer(name=customer.words("name"), address=customer.words("address", default=Text(""))),
        kind=table.choice("kind", Kind, Kind.CALIBRATION),
        received=table.day("received", optional=True),
        conformity=table.flag("conformity", default=True),
        interval=_months(table),
        coarse=table.text("coarse", "agreed with the customer on 2026-01-15", default=""),
    )
    customer.close()
    table.close()
    return order


def _months(table: Table) -> int:
    written = table.text("interval", "12 months", default="")
    months = months_of(written)
    if written and not months:
        problem = Text("{written!r} is no interval", zh="{written!r} 不是有效的周期").filled(written=written)
        table.refuse("interval", problem, Text('Write "12 months" or "2 years"', zh='请写 "12 months" 或 "2 years"'))
    return months


def read_ordered(table: Table, file: Path) -> dict[str, str]:
    """Return the points that an order asks for, in a folder beside the station file: CSV by method/file."""
    name = table.text("points", "orders/2026-0001", default="")
    folder = file.parent / name
    if not name:
        return {}
    if not folder.is_dir() or ".." in Path(name).parts:
        problem = Text("{name} is no folder beside this file", zh="本文件旁没有文件夹 {name}").filled(name=name)
        table.refuse("points", problem, _POINTS)
        return {}
    found: dict[str, str] = {}
    for each in sorted(folder.rglob("*.csv")):
        where = each.relative_to(folder).as_posix()
        try:
            found[where] = each.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            words = Text("{where} cannot be read ({error})", zh="{where} 无法读取（{error}）")
            table.refuse("points", words.filled(where=where, error=error), _POINTS)
    if not found:
        table.refuse("points", Text("{name} holds no points", zh="{name} 中没有校准点").filled(name=name), _POINTS)
    return found


_POINTS = Text(
    "Put the points there under the name of the method, in UTF-8: iprt/points.csv",
    zh="请将校准点以 UTF-8 存放在其中以方法命名的文件夹内：iprt/points.csv",
)


def _person(table: Table) -> Person:
    person = Person(name=table.words("name"), title=table.words("title", default=Text("")))
    table.close()
    return person
