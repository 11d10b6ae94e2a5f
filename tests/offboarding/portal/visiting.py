"""People of customers at the self-service page."""

from __future__ import annotations

import re

from tests.cast import UNUSABLE


def account_of(contact):
    """The account that signing in by code makes for a contact's address."""
    from django.contrib.auth.models import User

    account, _made = User.objects.get_or_create(
        email=contact.email, defaults={"username": f"person-{contact.pk}", "password": UNUSABLE}
    )
    return account


def text_of(answer):
    """What a page says, without its markup."""
    import html

    main = re.search(r"<main.*?</main>", answer.content.decode(), re.S)
    whole = re.sub(r"</?(bdi|strong|small|a|time)\b[^>]*>", "", main[0] if main else answer.content.decode())
    found = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", whole, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())


def hidden_in(answer, name):
    """The value of a hidden field of the page."""
    import html

    found = re.search(rf'<input type="hidden" name="{name}"(?: value="([^"]*)")?', answer.content.decode())
    assert found is not None, f"no hidden field {name}"
    return html.unescape(found[1] or "")
