"""Every address of the desk that answers GET, filled in with the numbers of real records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NOT_PAGES = {"jsi18n", "autocomplete", "logout", "view_on_site", "password_change", "password_change_done", "login"}
"""Scripts, and addresses that lead elsewhere."""
MOST = {"change": 4, "history": 1, "delete": 1}
"""Records of one kind whose pages are opened, the newest; of forms about one, two."""
ASKED = 100
"""Records of one kind that are asked whether a form is for them."""

ACCOUNT = (
    "mfa_index", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_generate_recovery_codes",
    "mfa_reauthenticate", "usersessions_list", "account_change_password", "account_logout",
)  # fmt: skip
"""Pages about one's own sign-in."""


def addresses() -> list[str]:
    """Lists, forms, pages of records and forms about them; each once."""
    from django.contrib import admin
    from django.urls import reverse

    found = [
        reverse("help-leaving"),
        reverse("verify"),
        reverse("admin:index"),
        reverse("admin:search"),
        reverse("admin:search") + "?q=skola",
        reverse("roles"),
        reverse("api-docs"),
        *(reverse(name) for name in ACCOUNT),
    ]
    found += [reverse("admin:app_list", args=[app]) for app in ("offboarding", "exports", "retention", "auth")]
    for model, screen in admin.site._registry.items():
        found += _of_one_kind(model, screen)
    return list(dict.fromkeys(found))


def _of_one_kind(model: Any, screen: Any) -> Iterator[str]:
    from django.urls import NoReverseMatch, reverse

    from offboarding.desk import InJournal

    newest = _newest(model)
    verbs = {f"{model._meta.label_lower.replace('.', '_')}_{verb.name}": verb for verb in getattr(screen, "verbs", ())}
    for pattern in screen.get_urls():
        name = pattern.name
        if name is None or name.rpartition("_")[2] in NOT_PAGES:
            continue
        if name.endswith("_history") and isinstance(screen, InJournal):  # leads to the list of the journal
            continue
        try:
            yield reverse(f"admin:{name}")
            continue
        except NoReverseMatch:
            pass
        for row in _shown_by(verbs.get(name), newest)[: MOST.get(name.rpartition("_")[2], 2)]:
            for args in ([row.pk], [str(row.pk)]):
                try:
                    yield reverse(f"admin:{name}", args=args)
                    break
                except NoReverseMatch:
                    continue


def _newest(model: Any) -> list[Any]:
    """The newest records that have a page: of accounts, those of staff."""
    rows = model._default_manager.order_by("-pk")
    return list((rows.filter(is_staff=True) if hasattr(model, "is_staff") else rows)[:ASKED])


def _shown_by(verb: Any, newest: list[Any]) -> list[Any]:
    """Records that the verb's form is for now; where there is none, one whose page says so."""
    return newest if verb is None else [row for row in newest if verb.possible(row)] or newest[:1]
