"""A million agreements: what cron asks every five minutes stays small, whatever stands in the tables."""

from __future__ import annotations

import time
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offboarding.models import Agreement, Letter
from offboarding.posting import send_due
from offboarding.reminders import write_due

TODAY = date(2027, 1, 15)
ROWS = 1_000_000
SEED = """
INSERT INTO offboarding_agreement (customer_id, number, reference, term_start, term_end, notice_days,
    export_window_days, auto_renews, renewal_months, policy, ending, service_ends, export_until, delete_from,
    milestones, decisions, erased_at)
SELECT %(customer)s, 'M-' || n, 'M-' || lpad(n::text, 8, '0'), ends - 365, ends, 30, 90, true, 12, 'contract',
    CASE WHEN ending THEN 'mutual' ELSE '' END, CASE WHEN ending THEN ends END, CASE WHEN ending THEN ends + 90 END,
    CASE WHEN ending THEN ends + 91 END, '{}', '{}',
    CASE WHEN ending AND ends + 91 < '2027-01-01' THEN now() END
FROM (SELECT n, date '2023-01-01' + (n %% 1700)::int AS ends, n %% 5 = 0 AS ending
      FROM generate_series(1, %(rows)s) AS n) AS numbers
"""
"""A fifth ends, over years; the data of most of these is gone already."""
WRITTEN = """
INSERT INTO offboarding_letter (customer_id, agreement_id, address, language, occasion, key, message_id, subject,
    text, html, calendar, enclosure, state, written_at, due_at, attempts, sent_at, error)
SELECT customer_id, id, 'a@b.example', 'en', kind, kind || ':' || id || ':' || day || ':a@b.example', kind || id,
    's', 't', '', '', '', 'sent', now(), now(), 1, now(), ''
FROM (SELECT *, 'window_open' AS kind, service_ends AS day FROM offboarding_agreement WHERE service_ends < %(today)s
      UNION ALL SELECT *, 'warning_30', delete_from FROM offboarding_agreement WHERE delete_from <= %(today)s + 30
      UNION ALL SELECT *, 'warning_7', delete_from FROM offboarding_agreement WHERE delete_from <= %(today)s + 7
      UNION ALL SELECT *, 'warning_1', delete_from FROM offboarding_agreement WHERE delete_from <= %(today)s + 1) AS due
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_with_a_million_agreements_a_run_that_has_nothing_to_do_asks_little_and_is_quick(alice, anna, smtp):
    if connection.vendor != "postgresql":
        pytest.skip("a million rows are for PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute(SEED, {"customer": alice.pk, "rows": ROWS})
        cursor.execute(WRITTEN, {"today": TODAY})
        cursor.execute("ANALYZE offboarding_agreement; ANALYZE offboarding_letter")
    assert Agreement.objects.count() == ROWS
    took = []
    for _run in range(3):
        with CaptureQueriesContext(connection) as asked:
            begun = time.monotonic()
            assert write_due(TODAY).written == 0
            assert send_due().counts == {}
            took.append(time.monotonic() - begun)
        assert len(asked) <= 8
    print(f"{Letter.objects.count()} letters stand; a run took {min(took):.3f} s in {len(asked)} queries")
    assert min(took) < 5
