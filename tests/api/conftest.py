"""A program with a token, and what it finds: alice's and bob's agreements, made by the verbs.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest


class Program:
    """Speaks JSON over Django's client; every POST has a new key unless it is given one."""

    def __init__(self, client, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Token {token}"}

    def get(self, place, data=None, **headers):
        return self.client.get(f"/api/v1/{place}", data, headers={**self.headers, **headers})

    def post(self, place, data=None, key=None, **headers):
        sent = {**self.headers, "Idempotency-Key": key or str(uuid4()), **headers}
        body = json.dumps(data or {})
        return self.client.post(f"/api/v1/{place}", body, content_type="application/json", headers=sent)

    def all(self, place, **data):
        """Every record of a list, page by page."""
        found, page = [], self.get(place, data).json()
        while True:
            found += page["results"]
            if not page["next"]:
                return found
            page = self.client.get(page["next"], headers=self.headers).json()


@pytest.fixture(autouse=True)
def empty_cache(db):
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def make_program(client, permit):
    """``make_program(user, "view_customer", …)`` gives those permissions and a token of the user's."""
    from knox.models import AuthToken

    def make(user, *codenames) -> Program:
        return Program(client, AuthToken.objects.create(permit(user, *codenames))[1])

    return make


@pytest.fixture
def program(staff, make_program):
    """Sam's program, which may do all."""
    return make_program(staff)


@pytest.fixture
def register(staff):
    """``register(customer, number, **terms)`` makes an agreement as the desk does."""
    from offboarding import endings
    from offboarding.models import Agreement

    def make(customer, number, **terms):
        terms = {"term_start": date(2026, 1, 1), "term_end": date(2027, 12, 31), **terms}
        agreement = Agreement.objects.create(customer=customer, number=number, **terms)
        endings.register(agreement, by=staff)
        agreement.refresh_from_db()
        return agreement

    return make


@pytest.fixture
def agreement(alice, register):
    return register(alice, "AVT-1")


@pytest.fixture
def neighbour(bob, register):
    return register(bob, "AVT-2")
