"""Who comes to the site, and where they are led."""

from __future__ import annotations


def test_a_contact_with_one_agreement_is_led_to_its_page(enter, ada, hers, page):
    browser = enter(ada)
    assert browser.get("/").url == "/leaving/"
    assert browser.get("/leaving/").url == page()
    assert "Alice Academy" in browser.get(page()).content.decode()


def test_staff_are_led_to_the_desk(desk):
    assert desk.get("/").url == "/admin/"


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, hers, page):
    answer = client.get(page())
    assert answer.status_code == 302
    assert answer.url == f"/leaving/sign-in/?next={page()}"
