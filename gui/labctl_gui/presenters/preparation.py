"""What stands before a run, as the window shows it: methods by field, unit, order, who plays which role, findings."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, frozen

from labctl.language import Language, Text
from labctl.records.order import Kind

if TYPE_CHECKING:
    from labctl.app.casting import Proposal
    from labctl.app.methods import Method
    from labctl.app.readiness import Choice, Finding, Readiness
    from labctl.app.window import Offer
    from labctl.records.order import Order

KINDS: dict[Kind, Text] = {
    Kind.CALIBRATION: Text("Calibration", zh="校准"),
    Kind.VERIFICATION: Text("Verification", zh="检定"),
}
_MARKS = {"error": "✖", "warning": "▲", "note": "·"}
_UNVERIFIED = Text("figures unverified", zh="数据未核实")
_NOT_HERE = Text("this bench has no unit or standard for it", zh="本台位没有相应的被检器具或标准器")
_PROPOSED = Text("{title} ({key})", zh="{title}（{key}）")
_NOBODY = Text("nothing on the bench", zh="台位上没有")
_BETWEEN = Text("; ", zh="；")
_OTHERS = Text("not taken: {others}", zh="未选用：{others}")
_LIES = Text("{title}: {reason}", zh="{title}：{reason}")
_SUITS_TOO = Text("suits too", zh="也适用")
_CHECKING = Text("Checking method, bench and certificates for today …", zh="正在核查规程、台位和证书（今日）…")
_READY = Text("✔ Ready: {points} points in {sections}", zh="✔ 可以开始：{sections}，共 {points} 点")
_PARTS = Text("✔ Ready: {points} points in {count} parts", zh="✔ 可以开始：{count} 项，共 {points} 点")
_NAMED = 3  # parts that are named
_LOOK = Text("▲ Ready, with {count} things to look at", zh="▲ 可以开始，有 {count} 项需留意")
_REFUSED = Text("✖ Cannot start: {count} errors", zh="✖ 不能开始：{count} 项错误")
_NO_UNIT = Text("✖ No instrument of this bench suits the method", zh="✖ 本台位没有适用该规程的被检器具")
_ORDER = ("LP611", "LP610", "", "LP605", "LP607")  # cables, time, anything else, single points
_BATCH = Text("{customer} · {number}", zh="{customer} · {number}")
_COUNTED = Text("{count} instruments", zh="{count} 台仪器")
_COARSE = "LP609"
_FEW = 3  # others that are named with their reason


@frozen(kw_only=True)
class MethodLine:
    """One method that can be chosen."""

    source: str
    title: str
    detail: str
    fits: bool


@frozen(kw_only=True)
class Family:
    """The methods of one field."""

    title: str
    methods: tuple[MethodLine, ...]


@frozen(kw_only=True)
class RoleLine:
    """One role, what plays it, what else could, and why."""

    role: str
    title: str
    entries: tuple[tuple[str, str], ...]  # key and words of everything that is able
    chosen: str
    why: str
    others: str  # why the others were not taken
    is_problem: bool


@frozen(kw_only=True)
class Batch:
    """The instruments of one order."""

    title: str
    units: tuple[tuple[str, str], ...]  # key and words


@frozen(kw_only=True)
class FindingLine:
    """One thing that the check found."""

    mark: str
    problem: str
    remedy: str
    severity: str


@define
class PreparationPresenter:
    """Keeps what is offered, what was chosen, and what was found."""

    language: Language
    offer: "Offer | None" = None
    choice: "Choice | None" = None
    ready: "Readiness | None" = None
    checking: bool = True
    refusal: str = ""  # why nothing could be checked

    # --- what a person changes --------------------------------------------------------------------------------------

    def choose_method(self, source: str) -> "Choice | None":
        """Choose a method; unit and roles are left to the station again, customer and order stay."""
        return self._keep(self.choice and evolve(self.choice, procedure=source, unit="", serial="", roles={}))

    def choose_unit(self, key: str) -> "Choice | None":
        """Choose the unit; its serial number and the roles are left to the station again."""
        return self._keep(self.choice and evolve(self.choice, unit=key, serial="", roles={}))

    def choose_units(self, keys: Sequence[str]) -> "Choice | None":
        """Choose several units of one run; none at all leaves the choice to the station."""
        return self.choose_unit(",".join(keys))

    def choose_kind(self, kind: Kind) -> "Choice | None":
        """Choose between calibration and verification; what the station says anyway is left to it."""
        usual = {each.kind for each in self._orders} == {kind}
        return self._keep(self.choice and evolve(self.choice, kind=None if usual else kind))

    def allow(self, reason: str) -> "Choice | None":
        """Say why a verification is allowed though U is too large a share of the permissible error."""
        return self._keep(self.choice and evolve(self.choice, coarse=reason.strip()))

    def cast(self, role: str, key: str) -> "Choice | None":
        """Give a role to an instrument; to the proposed one by leaving it to the station."""
        if self.choice is None or self.ready is None:
            return None
        usual = next((each.chosen for each in self.ready.usual if each.role == role), "")
        roles = {name: each for name, each in self.choice.roles.items() if name != role}
        return self._keep(evolve(self.choice, roles=roles if key == usual else {**roles, role: key}))

    def word(self, *, serial: str, order: str, customer: str) -> None:
        """Take over words for the certificate; what the station says anyway is left to it."""
        if self.choice is None or self.ready is None or self.ready.unit is None:
            return
        known = self.serial, self.order, self.customer
        given = [each if each != usual else "" for each, usual in zip((serial, order, customer), known, strict=True)]
        self.choice = evolve(self.choice, serial=given[0], order=given[1], customer=given[2])

    def _keep(self, choice: "Choice | None") -> "Choice | None":
        if choice is None or choice == self.choice:
            return None
        self.choice, self.checking = choice, True
        return choice

    @property
    def customer(self) -> str:
        """Return the customer whom the station names, or all of them where the units are of several."""
        return self._joined(each.customer.name.within(self.language) for each in self._orders)

    @property
    def order(self) -> str:
        """Return the number of the order that the station names, or all of them where the units are of several."""
        return self._joined(each.number for each in self._orders)

    @property
    def serial(self) -> str:
        """Return the serial number that the station names; of several units how many they are."""
        if self.ready is None or self.ready.unit is None:
            return ""
        count = len(self.ready.chosen)
        several = _COUNTED.filled(count=count).within(self.language)
        return several if count > 1 else self.ready.unit.identity.serial

    @property
    def has_one_order(self) -> bool:
        """Return whether everything that is chosen belongs to one order, so that it can be worded here."""
        return len(self._orders) == 1

    @property
    def kind(self) -> Kind | None:
        """Return the kind of the orders; None where they differ."""
        if self.choice is not None and self.choice.kind is not None:
            return self.choice.kind
        kinds = {each.kind for each in self._orders}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def _orders(self) -> "tuple[Order, ...]":
        return self.ready.usual_orders if self.ready is not None else ()

    def _joined(self, words: Iterable[str]) -> str:
        return (", " if self.language is Language.ENGLISH else "、").join(dict.fromkeys(words))

    def take(self, ready: "Readiness") -> None:
        """Take in what was found, unless something else was chosen meanwhile."""
        if self.choice is None or _same(ready.choice, self.choice):
            self.choice = evolve(self.choice or ready.choice, unit=",".join(ready.chosen))
            if len(ready.usual_orders) > 1:  # no words stand for several customers
                self.choice = evolve(self.choice, order="", customer="")
            self.ready, self.checking, self.refusal = ready, False, ""

    def refused(self, text: Text) -> None:
        """Take in that nothing could be checked."""
        self.checking, self.refusal, self.ready = False, text.within(self.language), None

    # --- what the widgets ask ---------------------------------------------------------------------------------------

    @property
    def may_start(self) -> bool:
        """Return whether a run can begin as chosen."""
        return not self.checking and self.ready is not None and self.ready.may_start and self.ready.unit is not None

    @property
    def summary(self) -> str:
        """Return in one sentence whether a run can begin."""
        if self.checking:
            return _CHECKING.within(self.language)
        if self.ready is None:
            return f"✖ {self.refusal}"
        if self.ready.unit is None:
            return _NO_UNIT.within(self.language)
        return self._found(self.ready).within(self.language)

    @staticmethod
    def _found(ready: "Readiness") -> Text:
        severities = [each.severity.value for each in ready.findings]
        if "error" in severities:
            return _REFUSED.filled(count=severities.count("error"))
        if "warning" in severities:
            return _LOOK.filled(count=severities.count("warning"))
        points = sum(count for _, count in ready.sections)
        if len(ready.sections) > _NAMED:
            return _PARTS.filled(points=points, count=len(ready.sections))
        sections = Text(
            ", ".join(title.en for title, _ in ready.sections),
            zh="、".join(title.zh or title.en for title, _ in ready.sections),
        )
        return _READY.filled(points=points, sections=sections)

    @property
    def document(self) -> str:
        """Return which document the method follows, and whether its figures were held against it."""
        if self.ready is None:
            return ""
        method = self.ready.method
        words = [f"{method.document}  {method.document_title.within(self.language)}", f"{method.name} {method.edition}"]
        words += [] if method.confirmed else [_UNVERIFIED.within(self.language)]
        return " · ".join(words)

    def families(self) -> list[Family]:
        """Return the methods by field, those of the laboratory first."""
        if self.offer is None:
            return []
        titles = dict.fromkeys(each.family for each in self.offer.methods)
        return [
            Family(
                title=title.within(self.language),
                methods=tuple(self._method(each) for each in self.offer.methods if each.family == title),
            )
            for title in titles
        ]

    def _method(self, method: "Method") -> MethodLine:
        fits = self.offer is not None and method.source in self.offer.fitting
        detail = method.document if fits else f"{method.document} · {_NOT_HERE.within(self.language)}"
        return MethodLine(source=method.source, title=method.title.within(self.language), detail=detail, fits=fits)

    def units(self) -> list[tuple[str, str]]:
        """Return key and words of every instrument that can be the unit."""
        if self.ready is None:
            return []
        return [
            (each.key, f"{each.identity.manufacturer} {each.identity.model} · {each.identity.serial} ({each.key})")
            for each in self.ready.units
        ]

    def batches(self) -> list[Batch]:
        """Return the instruments that can be units of one run, by the order to which they belong."""
        units = self.ready.units if self.ready is not None else ()
        orders = dict.fromkeys((each.order.number, each.order.customer.name) for each in units)
        return [
            Batch(
                title=_BATCH.filled(customer=customer, number=number).within(self.language),
                units=tuple(
                    (each.key, f"{each.key} · {each.identity.serial} · {each.identity.model}")
                    for each in units
                    if (each.order.number, each.order.customer.name) == (number, customer)
                ),
            )
            for number, customer in orders
        ]

    @property
    def needs_reason(self) -> bool:
        """Return whether a reason is wanted: U is too large a share of the permissible error for a verification."""
        given = self.choice is not None and bool(self.choice.coarse)
        return given or (self.ready is not None and any(each.code == _COARSE for each in self.ready.findings))

    @property
    def takes_several(self) -> bool:
        """Return whether the method takes several units in one run, and the bench has them."""
        return self.ready is not None and self.ready.up_to > 1 and len(self.ready.units) > 1

    def roles(self) -> list[RoleLine]:
        """Return who plays which role."""
        if self.ready is None:
            return []
        usual = {each.role: each for each in self.ready.usual}
        return [self._role(each, usual.get(each.role, each)) for each in self.ready.proposals]

    def _role(self, proposal: "Proposal", usual: "Proposal") -> RoleLine:
        named = {each.key: each for each in (*usual.candidates, *proposal.candidates)}
        chosen = next((each for each in proposal.candidates if each.key == proposal.chosen), None)
        entries = tuple(
            (each.key, _PROPOSED.filled(title=each.title, key=each.key).within(self.language))
            for each in named.values()
            if each.able or each.key == proposal.chosen
        )
        left = [each for each in named.values() if each.able and each.key != proposal.chosen]
        words = [
            _LIES.filled(title=each.title, reason=each.against[0] if each.against else _SUITS_TOO) for each in left
        ]
        between = _BETWEEN.within(self.language)
        others = between.join(each.within(self.language) for each in words[:_FEW])
        why = between.join(each.within(self.language) for each in chosen.reasons) if chosen is not None else ""
        return RoleLine(
            role=proposal.role,
            title=proposal.title.within(self.language),
            entries=entries,
            chosen=proposal.chosen,
            why=why if chosen is not None else _NOBODY.within(self.language),
            others=_OTHERS.filled(others=others).within(self.language) if others else "",
            is_problem=chosen is None or not chosen.fits,
        )

    def findings(self) -> list[FindingLine]:
        """Return what the check found, the gravest first."""
        if self.ready is None:
            return []
        return [
            FindingLine(
                mark=_MARKS[each.severity.value],
                problem=each.problem.within(self.language),
                remedy=each.remedy.within(self.language),
                severity=each.severity.value,
            )
            for each in sorted(self.ready.findings, key=_rank)
        ]


def _rank(finding: "Finding") -> tuple[int, int]:
    """Return where a finding stands: grave ones first, what holds for single points last."""
    order = _ORDER.index(finding.code) if finding.code in _ORDER else _ORDER.index("")
    return list(_MARKS).index(finding.severity.value), order


def _same(one: "Choice", other: "Choice") -> bool:
    """Return whether two choices ask for the same check; what is only printed makes no difference."""
    facts: Sequence[str] = ("procedure", "unit", "kind", "roles", "coarse")
    return all(getattr(one, each) == getattr(other, each) for each in facts)
