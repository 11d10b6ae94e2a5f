"""Which pages people see, by role: what axe, the HTML parser and the screenshots all go through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.browser.world import World


@dataclass(frozen=True)
class Shown:
    """One page: a short name for its picture, its address, and who looks (None: nobody is signed in)."""

    name: str
    address: str
    who: Any = None
    status: int = 200


def of_strangers() -> Iterator[Shown]:
    """Pages that need no sign-in."""
    yield Shown("help", "/help/leaving/")
    yield Shown("verify", "/verify/")
    yield Shown("sign-in-staff", "/accounts/login/")
    yield Shown("sign-in-customer", "/leaving/sign-in/")
    yield Shown("not-found", "/leaving/R-0000-0000/nothing/", status=404)


def of_customers(world: World) -> Iterator[Shown]:
    """The self-service page of every agreement of the world, for a contact of its customer."""
    from offboarding.models import Agreement, Contact

    for agreement in Agreement.objects.select_related("customer").order_by("number"):
        contact = Contact.objects.filter(customer=agreement.customer, ended_at=None, may_see=True).first()
        if contact is None:
            continue
        page = f"/leaving/{agreement.reference}/"
        yield Shown(f"case-{agreement.number}", page, visitor(contact))
    yield Shown("home", "/leaving/", visitor(world.consultant))


def visitor(contact: Any) -> Any:
    """The account that a contact's own sign-in makes."""
    from django.contrib.auth.models import User

    user, _made = User.objects.get_or_create(email=contact.email, defaults={"username": f"contact-{contact.pk}"})
    return user


def links_of(tab: Any, below: str) -> list[str]:
    """Addresses below ``below`` that the open page leads to by a link; no files."""
    found = tab.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    inside = {href.partition("#")[0] for href in found if href.startswith(below)}
    return sorted(href for href in inside if href and href.endswith("/") and href != below)
