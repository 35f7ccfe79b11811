"""The parts in a method: standards, the unit under test, and what stands beside them."""

from collections.abc import Iterator

from attrs import field, frozen

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.procedure.kinds import InKind, keep_kinds, refused
from labctl.procedure.units import UNIT, UNITS, role_named

RESERVED = frozenset({"run", "point"})
"""Names in signatures that are no roles."""


@frozen
class Role(InKind):
    """A part in the method; what it must be able to do stands in the signatures of the sections."""

    name: str  # English title
    zh: str = field(default="", kw_only=True)

    @property
    def title(self) -> Text:
        """Return the title in both languages."""
        return Text(self.name, zh=self.zh)


@frozen
class Standard(Role):
    """A measurement standard: traceable, its certificate valid on the day."""


@frozen
class Auxiliary(Role):
    """A bath, a pump, leads: no traceability of its own, named characteristics in its record."""


@frozen
class Unit(Role):
    """The instrument that is calibrated or verified; several in one run where the method allows it.

    Args:
        name: its English title.
        zh: its title in Chinese.
        up_to: how many there may be in one run.
    """

    up_to: int = field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a method for nobody. Raises ProcedureError."""
        keep_kinds(self)
        if self.up_to < 1:
            raise refused("Unit", _NOBODY.filled(count=self.up_to), _HOW_MANY)


@frozen(init=False)
class Roles:
    """The roles of a procedure by the name that signatures and models use.

    >>> roles = Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表"))
    >>> roles["source"].title.zh, list(roles)
    ('校准器', ['source', 'unit'])
    """

    by_name: dict[str, Role]

    def __init__(self, **roles: Role) -> None:
        """Name the roles. Raises ProcedureError for a reserved name, or none or two units."""
        if UNITS in roles and UNIT not in roles:
            roles = {role_named(name): role for name, role in roles.items()}
        object.__setattr__(self, "by_name", roles)
        given: dict[str, object] = dict(roles)
        others = sorted(name for name, role in given.items() if not isinstance(role, Role))
        if others:
            raise refused("Roles", _NO_ROLE.filled(name=others[0]), _A_ROLE)
        reserved = sorted(RESERVED & roles.keys())
        if reserved:
            raise ProcedureError(
                where=f"Roles({reserved[0]}=…)",
                problem=Text("{name} is a reserved name", zh="{name} 是保留名称").filled(name=reserved[0]),
                remedy=Text("Give the role another name", zh="请为该角色另取名称"),
            )
        units = [name for name, role in roles.items() if isinstance(role, Unit)]
        if len(units) != 1:
            raise ProcedureError(
                where="Roles(…)",
                problem=Text("{count} units under test, one is needed", zh="有 {count} 个被测对象，应为一个").filled(
                    count=len(units)
                ),
                remedy=Text('Declare one, unit=Unit("…", zh="…")', zh='请声明一个：unit=Unit（"…"，zh="…"）'),
            )

    @property
    def unit(self) -> str:
        """Return the name of the unit's role."""
        return next(name for name, role in self.by_name.items() if isinstance(role, Unit))

    @property
    def up_to(self) -> int:
        """Return how many units one run may have."""
        return next(role.up_to for role in self.by_name.values() if isinstance(role, Unit))

    def __getitem__(self, name: str) -> Role:
        """Return a role by its name."""
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is a role of this name."""
        return name in self.by_name

    def __iter__(self) -> Iterator[str]:
        """Return the names in the order in which they were given."""
        return iter(self.by_name)


_NO_ROLE = Text("{name} is no role", zh="{name} 不是角色")
_A_ROLE = Text(
    'Write Standard("…", zh="…"), Auxiliary("…", zh="…") or Unit("…", zh="…")',
    zh='请写成 Standard("…", zh="…")、Auxiliary("…", zh="…") 或 Unit("…", zh="…")',
)
_NOBODY = Text("up_to={count}: the method takes no unit", zh="up_to={count}：规程不容许任何被测对象")
_HOW_MANY = Text("Say how many it takes, 1 or more", zh="请写台数，不少于 1")
