"""A certificate as it will be printed: every string is final, in both languages, and knows which figure it prints."""

from datetime import datetime

from attrs import field, frozen

from labctl.language import Text

NOTHING = Text("", zh="")


@frozen(kw_only=True)
class Issue:
    """What is decided when a certificate is issued; the rest is in the record."""

    number: str
    at: datetime
    head: str  # digest of the journal's entry that the certificate rests on, hexadecimal
    release: str  # of labctl


@frozen(kw_only=True)
class Origin:
    """Which figure of the record a printed string shows."""

    phase: str
    section: str
    point: str
    symbol: str
    kind: str  # "value", "uncertainty", "k", "dof", "input", "column", "limit", "verdict", "correlation"


@frozen(kw_only=True)
class Cell:
    """One cell of a table of results."""

    text: Text
    origin: Origin
    number: bool = False
    pad: str = ""  # takes up room after a number, unseen, so that decimal points stand in line
    mark: str = ""  # refers to a note below the table

    @property
    def printed(self) -> str:
        """Return the digits as they stand on the page and in the DCC."""
        return self.text.en


@frozen(kw_only=True)
class Column:
    """One column: its name in the procedure's table, heading, and the symbol of the Guide where it has one."""

    name: str
    heading: Text
    symbol: str = ""  # "E", "U", "V_ind": letters, then `_` before a subscript
    number: bool = True


@frozen(kw_only=True)
class Group:
    """Rows with the same units, such as one range."""

    title: Text
    units: tuple[str, ...]  # one a column, empty where it has none
    rows: tuple[tuple[Cell, ...], ...]
    sign: str = "±"  # of its limits


@frozen(kw_only=True)
class Plot:
    """A picture, with the words that stand for it where it cannot be seen."""

    svg: str
    alt: Text


@frozen(kw_only=True)
class ResultTable:
    """The results of one section in one phase."""

    phase: str
    phase_name: Text  # empty where the record has one phase
    section: str
    title: Text
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    notes: tuple[tuple[str, Text], ...]  # mark and sentence
    plots: tuple[Plot, ...]


@frozen(kw_only=True)
class Line:
    """A label with what stands beside it."""

    label: Text
    value: Text


@frozen(kw_only=True)
class StandardLine:
    """One standard or auxiliary, with what gives it traceability."""

    name: Text
    model: str
    serial: str
    statement: Text
    mark: Text  # says that the statement is unverified
    certificate: str
    laboratory: Text
    due: str


@frozen(kw_only=True)
class Signature:
    """One of the three who answer for the certificate."""

    role: Text
    name: Text
    title: Text


@frozen(kw_only=True)
class Document:
    """Everything that is printed, in its order on the page."""

    number: str
    simulated: bool
    issued: str  # date of issue
    at: datetime
    head: str
    run: str
    release: str
    code: str  # what the QR code says
    laboratory: Text
    laboratory_lines: tuple[Line, ...]
    title: Text
    cover: tuple[Line, ...]
    conclusion: Text
    signatures: tuple[Signature, ...]
    method: tuple[Line, ...]
    standards: tuple[StandardLine, ...]
    conditions: tuple[Line, ...]
    traceability: Text
    tables: tuple[ResultTable, ...]
    rules: tuple[Text, ...]
    notes: tuple[Text, ...]
    inspections: tuple[Line, ...] = ()  # what a person saw of the item
    words: dict[str, Text] = field(factory=dict)  # captions of the template

    def figures(self) -> "dict[Origin, tuple[str, str]]":
        """Return every printed number with its unit, by what it prints."""
        return {
            cell.origin: (cell.printed, unit)
            for table in self.tables
            for group in table.groups
            for row in group.rows
            for cell, unit in zip(row, group.units, strict=True)
            if cell.number or cell.origin.kind == "verdict"
        }
