"""A million agreements as a vendor might have them: most run on, some thousand in every other phase."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

CUSTOMERS = """
INSERT INTO offboarding_customer (id, tenant_key, name, language)
SELECT n, 'tenant-' || n,
    (ARRAY['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Ginkgo', 'Hazel', 'Ivy', 'Juniper', 'Larch', 'Maple',
           'Näver', 'Oak', 'Pine', 'Rowan', 'Spruce', 'Tall', 'Willow', 'Yew'])[1 + n %% 20] || 'by ' ||
    (ARRAY['Academy', 'School', 'College', 'Gymnasium', 'University'])[1 + n / 20 %% 5] || ' of ' ||
    (ARRAY['Stockholm', 'Gothenburg', 'Malmö', 'Uppsala', 'Västerås', 'Örebro', 'Linköping', 'Helsingborg', 'Jönköping',
           'Norrköping', 'Lund', 'Umeå', 'Gävle', 'Borås', 'Södertälje', 'Eskilstuna', 'Halmstad', 'Växjö', 'Karlstad',
           'Sundsvall', 'Östersund', 'Trollhättan', 'Luleå', 'Kalmar', 'Falun', 'Skövde', 'Kiruna', 'Visby', 'Ystad',
           'Mora', 'Arvika', 'Piteå', 'Boden'])[1 + n / 100 %% 33] || ' ' || md5(n::text)::varchar(5),
    CASE WHEN n %% 3 = 0 THEN 'en' ELSE 'sv' END
FROM generate_series(1, %(customers)s) n;
INSERT INTO offboarding_contact (id, customer_id, name, email, language, may_see, may_request, may_confirm,
    may_give_notice, ended_at)
SELECT n, n, 'Contact ' || n, 'office' || n %% 50 || '@customer-' || n || '.example', '', true, true, true, true, NULL
FROM generate_series(1, %(customers)s) n;
"""
# One in a thousand of each kind below: 940 run on, 20 expire some day, 12 are ending, 8 in their window, 3 closing,
# 17 are deleted.
AGREEMENTS = """
INSERT INTO offboarding_agreement (id, customer_id, number, reference, term_start, term_end, notice_days,
    export_window_days, auto_renews, renewal_months, policy, ending, service_ends, export_until, delete_from,
    milestones, decisions, held_since, erased_at)
SELECT n, 1 + n %% %(customers)s, 'A-' || lpad(n::text, 7, '0'),
    'R-' || upper(translate(lpad(to_hex(n), 8, '0'), 'abcdef', 'ghjkmn'))::varchar(4) || '-' ||
        right(upper(translate(lpad(to_hex(n), 8, '0'), 'abcdef', 'ghjkmn')), 4),
    ends - 364, ends, 30, 90, kind < 940, 12, CASE WHEN n %% 97 = 0 THEN 'data_act' ELSE 'contract' END,
    CASE WHEN kind < 940 THEN '' WHEN kind < 960 OR kind BETWEEN 968 AND 971 THEN 'expiry' ELSE 'notice' END,
    CASE WHEN kind >= 940 THEN ends END, CASE WHEN kind >= 940 THEN ends + 90 END,
    CASE WHEN kind >= 940 THEN ends + 91 END,
    CASE WHEN kind >= 940 THEN %(milestones)s::jsonb ELSE '{}'::jsonb END, '{}'::jsonb,
    CASE WHEN kind = 982 OR n %% 9973 = 0 THEN now() - interval '20 days' END,
    CASE WHEN kind >= 983 THEN now() - interval '1 day' * (n %% 700) END
FROM (SELECT n, n * 7919 %% 1000 AS kind, current_date + CASE
        WHEN n * 7919 %% 1000 < 940 THEN (n * 31 %% 1095)::integer - 365
        WHEN n * 7919 %% 1000 < 960 THEN 31 + (n * 31 %% 700)::integer
        WHEN n * 7919 %% 1000 < 968 THEN 1 + (n * 31 %% 200)::integer
        WHEN n * 7919 %% 1000 < 972 THEN (n * 31 %% 30)::integer
        WHEN n * 7919 %% 1000 < 980 THEN -1 - (n * 31 %% 90)::integer
        WHEN n * 7919 %% 1000 < 983 THEN -91 - (n * 31 %% 60)::integer
        ELSE -200 - (n * 31 %% 2000)::integer END AS ends
    FROM generate_series(1::bigint, %(agreements)s) n) kinds;
"""
NOTICES = """
INSERT INTO offboarding_terminationnotice (agreement_id, channel, received_at, received_by, received_because,
    recorded_at, sender, needs, vouched_because, state, decision, decided_by_id, decided_at, because, object_until,
    objected_at, objection, objection_by)
SELECT id, 'email', now(), 'machine:fetch_notices', '', now(), 'office@customer.example', '[]'::jsonb, '', 'accepted',
    'timely', %(staff)s, now(), '', current_date, CASE WHEN id %% 500 = 0 THEN now() END, '', ''
FROM offboarding_agreement WHERE ending = 'notice'
UNION ALL
SELECT id, 'email', now(), 'machine:fetch_notices', '', now(), 'office@customer.example',
    '["sender_unknown"]'::jsonb, '', 'received', '', NULL, NULL, '', NULL, NULL, '', ''
FROM offboarding_agreement WHERE ending = '' AND id %% 333 = 0;
"""
LETTERS = """
INSERT INTO offboarding_letter (customer_id, agreement_id, contact_id, address, language, occasion, key, message_id,
    subject, text, html, calendar, enclosure, state, written_at, due_at, attempts, sent_at, error)
SELECT customer_id, id, customer_id, 'office@customer-' || customer_id || '.example', 'en', occasion,
    occasion || ':' || id, '<' || occasion || id || '@vendor.example>', 'About ' || number,
    repeat('Dear customer. ', 60), repeat('<p>Dear customer.</p>', 60), '', '',
    CASE WHEN occasion = 'decision' AND id %% 400 = 0 THEN 'bounced' ELSE 'sent' END, now(), now(), 1, now(), ''
FROM offboarding_agreement, unnest(ARRAY['acknowledgement', 'decision', 'window_open']) occasion
WHERE ending = 'notice';
INSERT INTO offboarding_storedmessage (sha256, storage_name, bytes, source, file_name, content_type, message_id,
    body_sha256, subject, sender, received_at, stored_at, attachments, state, problems, customer_id, agreement_id,
    settled_because)
SELECT md5(n::text) || md5((n + 1)::text), 'messages/x', 2000, 'mailbox', '', 'message/rfc822', '', '', 'Notice', '',
    now(), now(), '[]'::jsonb, CASE WHEN n %% 8 = 0 THEN 'problem' ELSE 'matched' END, '[]'::jsonb,
    CASE WHEN n %% 16 = 0 THEN NULL ELSE n END, CASE WHEN n %% 2 = 1 THEN n END, ''
FROM generate_series(1, 4000) n;
"""


def staff() -> Any:
    """The one person of the staff, who may do everything."""
    from django.contrib.auth.models import User

    return User.objects.get_or_create(username="sam", defaults={"is_staff": True, "is_superuser": True})[0]


def _milestones() -> str:
    """The milestones of one notice: all ended agreements carry the same, the list reads columns."""
    from offboarding.dates import Cause, Ending, Terms, milestones

    terms = Terms(date(2026, 1, 1), date(2026, 12, 31))
    ending = Ending(Cause.NOTICE, notice_day=date(2026, 11, 1))
    return json.dumps(milestones(terms, ending, ZoneInfo("Europe/Stockholm")).to_json())


def fill(agreements: int) -> None:
    """Agreements, four fifths as many customers with a contact each, notices, letters and messages; analysed."""
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from offboarding import search_indexes
    from offboarding.models import Agreement, Contact, Customer

    values = {
        "agreements": agreements, "customers": agreements * 4 // 5, "staff": staff().pk, "milestones": _milestones(),
    }  # fmt: skip
    search_indexes.drop(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        for script in (CUSTOMERS, AGREEMENTS, NOTICES, LETTERS):
            cursor.execute(script, values)
        for statement in connection.ops.sequence_reset_sql(no_style(), [Customer, Contact, Agreement]):
            cursor.execute(statement)
    search_indexes.make(connection)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
