"""Every search of a list is answered by indexes: none reads a table from its beginning to its end."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offboarding.models import Contact, Customer, Letter
from offboarding.search_people import find_contacts, find_customers, find_written

pytestmark = [pytest.mark.django_db, pytest.mark.requires("postgresql")]

READ_THROUGH = re.compile(r"Seq Scan on (\w+)")


def plans(found):
    """The plan of every query that this search asks, where the database would do anything rather than read a table."""
    with CaptureQueriesContext(connection) as asked:
        list(found()[:50])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked:
            cursor.execute(f"EXPLAIN {query['sql']}")
            yield "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")


@pytest.mark.parametrize(
    ("search", "indexes"),
    [
        (lambda: find_customers(Customer.objects.all(), "skola"), ["customer_name_words", "customer_tenant_key_words"]),
        (lambda: find_contacts(Contact.objects.all(), "berg"), ["contact_name_words", "contact_email_words"]),
        (lambda: find_written(Letter.objects.all(), "berg"), ["contact_name_words", "customer_name_words"]),
    ],
)
def test_words_are_looked_up_in_the_indexes_made_for_them(alice, search, indexes):
    told = "\n".join(plans(search))
    assert not READ_THROUGH.findall(told)
    assert all(name in told for name in indexes), told
