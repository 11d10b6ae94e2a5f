"""Who plays in the demo: one person of each role, limited by the real groups, and an administrator."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from offboarding.roles import WHO, Role

PASSWORD = "demo"  # noqa: S105 – shown on the demo's own page; there is no demo outside DEBUG


@dataclass(frozen=True, slots=True)
class Player:
    """A person of the vendor's. ``role`` None: the administrator, who may do everything."""

    name: str
    role: Role | None
    does: str | Promise


PLAYERS = (
    Player("sam", Role.SUPPORT, WHO[Role.SUPPORT]),
    Player("lena", Role.LEAD, WHO[Role.LEAD]),
    Player("lars", Role.LEGAL, WHO[Role.LEGAL]),
    Player("aud", Role.AUDITOR, WHO[Role.AUDITOR]),
    Player("demo", None, _("May do everything, people and groups too.")),
)
ADMINISTRATOR = "demo"
LEGAL = "lars"


def enter() -> User:
    """Makes them where they are missing; gives the administrator."""
    secret = make_password(PASSWORD)
    for player in PLAYERS:
        told = {"is_staff": True, "is_superuser": player.role is None, "email": f"{player.name}@example.org"}
        user, _made = User.objects.get_or_create(username=player.name, defaults={**told, "password": secret})
        if player.role is not None:
            user.groups.set(Group.objects.filter(name=player.role))
    return User.objects.get(username=ADMINISTRATOR)
