"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """A person or the system. `memberships` are the (unit, role) pairs held at this moment.

    A unit is a department's code, or `enterprise:<id>` for those who act for an enterprise. A task's
    unit may also be `account:<id>`: that one person, if he holds the role anywhere.
    """

    id: str
    name: str = ""
    memberships: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds one of the roles anywhere."""
        return any(role in roles for _, role in self.memberships)

    def holds(self, unit: str, role: str) -> bool:
        """Whether the actor holds a role at a unit; an empty unit, or his own account, means anywhere."""
        if unit in ("", f"account:{self.id}"):
            return self.has_role(role)
        return (unit, role) in self.memberships


SYSTEM = Actor("system", "系统")
