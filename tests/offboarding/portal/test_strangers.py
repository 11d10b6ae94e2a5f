"""Whoever is not of this customer learns nothing: 404 at every address below ``/leaving/``."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.offboarding.portal.phases import ending
from tests.offboarding.portal.visiting import account_of

VALUES = {"int": 1, "uuid": "00000000-0000-0000-0000-000000000000", "slug": "a", "str": "a", "path": "a"}


def addresses(resolver=None, before=""):
    """Every route of the application, as one string each, with its converters."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            yield route, {**getattr(resolver, "converters_before", {}), **one.pattern.converters}


def of_cases(reference):
    """Every address of one agreement, filled in."""
    found = set()
    for route, converters in addresses():
        if not route.startswith("leaving/") or "reference>" not in route:
            continue
        address = "/" + route
        for name, converter in converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            value = reference if name == "reference" else VALUES.get(kind, "1")
            for written in (f"<{kind}:{name}>", f"<{name}>", f"<reference:{name}>"):
                address = address.replace(written, str(value))
        found.add(address)
    return sorted(found)


def answers(client, address):
    """What looking and acting there give; an address that takes only one of the two says so to everybody alike."""
    data = {"do": "send", "because": "x", "text": "x", "scope": "x"}
    return {client.get(address).status_code, client.post(address, data).status_code} - {405}


def test_the_walk_finds_the_pages_of_all_packages(hers):
    found = of_cases(hers.reference)
    assert not [address for address in found if "<" in address]
    for part in ("", "history/", "calendar.ics", "notice/", "notice/1/withdraw/", "help/1/", "earlier/"):
        assert f"/leaving/{hers.reference}/{part}" in found
    assert any("/exports/" in address for address in found)
    assert any("/certificates/" in address for address in found)


@pytest.fixture
def strangers(bo, hers, ada, staff, lea):
    """Who may not see Alice's case, and why."""
    from django.contrib.auth.models import User

    from tests.offboarding.case.conftest import contact_of

    blind = contact_of(hers.customer, "Blind", may_see=False, may_request=True, may_give_notice=True, may_confirm=True)
    gone = contact_of(hers.customer, "Gone", may_request=True)
    gone.ended_at = "2026-11-01T00:00:00Z"
    gone.save()
    nobody = User.objects.create(username="nobody", email="")
    lea.email = ada.email  # staff with a contact's address is still staff
    lea.save()
    return {
        "another customer's contact": account_of(bo), "a contact who may not see": account_of(blind),
        "a contact who has left": account_of(gone), "an account without an address": nobody,
        "staff with everything": staff, "staff with a contact's address": lea,
    }  # fmt: skip


@pytest.mark.parametrize(
    "who",
    ["another customer's contact", "a contact who may not see", "a contact who has left",
     "an account without an address", "staff with everything", "staff with a contact's address"],
)  # fmt: skip
def test_a_stranger_gets_404_everywhere(client, hers, strangers, who, ada, staff):
    import offboarding.staff_access  # noqa: F401

    notice = ending(hers, ada, staff)
    client.force_login(strangers[who])
    for address in of_cases(hers.reference):
        for real in {address, address.replace("/1/", f"/{notice.pk}/")}:
            assert answers(client, real) == {404}, real
    notice.refresh_from_db()
    assert (notice.state, notice.objected_at) == ("accepted", None)


def test_who_is_nobodys_contact_has_no_list_either(client, strangers):
    for who in ("a contact who has left", "a contact who may not see", "staff with everything"):
        client.force_login(strangers[who])
        assert client.get("/leaving/").status_code == 404


def test_without_a_sign_in_every_address_leads_to_it_whether_the_case_exists_or_not(client, hers):
    for reference in (hers.reference, "R-0000-0000"):
        for address in of_cases(reference):
            assert answers(client, address) == {302}, address
    assert client.get(f"/leaving/{hers.reference}/").url.startswith("/leaving/sign-in/")


def test_of_two_customers_with_full_cases_each_sees_its_own_alone(enter, ada, bo, hers, alice, bob, staff, db):
    from offboarding import assistance
    from tests.offboarding.case.conftest import agreement_of

    other = agreement_of(bob, "B-2")
    for agreement, contact in ((hers, ada), (other, bo)):
        ending(agreement, contact, staff)
        assistance.request(agreement, scope=f"scope of {contact.name}", contact=contact)
    marks = {ada: ("Alice Academy", "A-1", hers.reference, "Eva"), bo: ("Bob School", "B-2", other.reference, "Bo")}
    for contact, own in ((ada, hers), (bo, other)):
        browser = enter(contact)
        html = "".join(
            browser.get(f"/leaving/{own.reference}/{rest}").content.decode() for rest in ("", "history/", "help/")
        )
        foreign = next(words for person, words in marks.items() if person != contact)
        assert all(word in html for word in marks[contact][:3])
        assert not any(word in html for word in foreign[:3])
    from offboarding.models import Letter

    Letter.objects.filter(customer=bob).delete()


def test_a_contact_of_several_customers_chooses_between_their_agreements(enter, ada, hers, bob, his):
    from tests.offboarding.case.conftest import contact_of

    second = contact_of(bob, "Ada")
    second.email = ada.email.upper()
    second.save()
    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    listed = browser.get("/leaving/").content.decode()
    for agreement in (hers, his):
        assert f'href="/leaving/{agreement.reference}/"' in listed
        assert browser.get(f"/leaving/{agreement.reference}/").status_code == 200
    assert "Timely notice until: Tuesday 1 December 2026" in listed
