"""What becomes of each text of ours when a deletion is final: one decision per column, with its reason. Pure.

Every model that Django knows stands here, with each column that can hold words (choices cannot). A test fails when one
is missing, so a new column is decided about before it holds anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What is done with a column when the deletion is final."""

    KEEP = "keep"
    """It stays; the reason says why the evidence needs it, or that it cannot hold personal data."""
    EMPTY = "empty"
    """It becomes what it is in a new row: no text, an empty list."""
    DIGEST = "digest"
    """``SHA-256 `` and the hash of the text: who has the text can show that it is the one; no text stays empty."""
    OWN = "own"
    """A rule of its own, in ``reducing``; the reason says which."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one column, and why."""

    way: Way
    why: str


def _keep(*names: str, why: str) -> dict[str, Decision]:
    return {name: Decision(Way.KEEP, why) for name in names}


def _empty(*names: str, why: str) -> dict[str, Decision]:
    return {name: Decision(Way.EMPTY, why) for name in names}


def _digest(*names: str, why: str) -> dict[str, Decision]:
    return {name: Decision(Way.DIGEST, why) for name in names}


def _own(*names: str, why: str) -> dict[str, Decision]:
    return {name: Decision(Way.OWN, why) for name in names}


_OURS = "numbers, codes, hashes and names of our own making; nothing of a person's"
_WITH_ACCOUNT = "deleted with the account of the customer's person that it belongs to; the vendor's own stay"
_REASONS = "why the vendor's staff decided as they did; the journal holds the same words and cannot be changed"
_EVIDENCE = "the evidence itself: who looks into it later needs it whole"

_CASE: dict[str, dict[str, Decision]] = {
    "offboarding.Customer": _keep("tenant_key", "name", why="the organisation that the certificate names"),
    "offboarding.Contact": _own(
        "name", "email", why="its number instead: letters, notices and waivers refer to it; it is no contact any more"
    ),
    "offboarding.Agreement": {
        **_keep("number", "reference", why="how contract and letters name the case"),
        **_keep("milestones", "decisions", why="days with the rules that made them: why it could be deleted"),
    },
    "offboarding.Waiver": _keep("because", why=_REASONS),
    "offboarding.TransferAssistance": {
        **_digest("scope", why="what the customer asked for, in its words"),
        **_keep("separate_agreement", "ended_because", why=_REASONS),
    },
    "offboarding.AssistanceHours": _digest("what", why="names people and systems; day and hours stay"),
    "offboarding.JournalEntry": _keep(
        "actor", "event", "reason", "facts", "previous", "hash", "key_id", "seal",
        why="append-only and chained: facts hold numbers and codes by design, reasons what staff wrote",
    ),
    "offboarding.Letter": {
        **_own("address", "key", why="the contact's number instead of the address, or none; the key stays unique"),
        **_digest("text", why="what was written can be shown to be this, word for word"),
        **_empty("subject", "html", "calendar", why="says again what the text says"),
        **_empty("error", why="mail servers quote addresses; the state stays"),
        **_keep("message_id", "enclosure", why=_OURS),
    },
    "offboarding.PhaseCount": _keep("phase", why="a code of our own, and a number of agreements"),
    "offboarding.IdempotencyKey": _own(
        "key", "fingerprint", "answer", why="what an integration was answered: no row is older than a day"
    ),
    "offboarding.StoredMessage": {
        **_keep("sha256", "body_sha256", "storage_name", "content_type", "problems", why=_OURS),
        **_empty("file_name", "message_id", "subject", "sender", "attachments", why="the hash of the original stays"),
        **_keep("settled_because", why=_REASONS),
    },
    "offboarding.TerminationNotice": {
        **_empty("sender", why="the contact's number and the message's hash stay"),
        **_keep("received_by", "objection_by", "needs", why="an actor by number, and codes"),
        **_keep("received_because", "vouched_because", "because", why=_REASONS),
        **_digest("objection", why="the customer's words; when and by whom it was settled stays"),
    },
}  # fmt: skip

_EXPORTS: dict[str, dict[str, Decision]] = {
    "exports.ExportJob": {
        **_keep("categories", "formats", "worker", "manifest_name", "manifest_sha256", why=_OURS),
        **_empty("step", why="says what a worker does at the moment"),
        **_digest("error", why="names files of people; a failed job must say something"),
        **_empty("tables_result", "statement", why="names files of people; the manifest's hash and the journal stay"),
    },
    "exports.Volume": {
        **_keep("name", "sha256", why=_OURS),
        **_empty("plan", "result", why="names files of people; bytes, files and hash stay"),
    },
    "exports.MissingFile": {
        **_keep("store", "path_sha256", "referenced_by", why=_OURS),
        **_digest("path", "reason", why="names files of people"),
        **_keep("accepted_because", why=_REASONS),
    },
    "exports.Receipt": {
        **_keep("manifest_sha256", why=_OURS),
        **_keep("because", "settled_because", why=_REASONS),
        **_own(
            "missing", why="the customer's words become their hash, by category: an objection says what it is about"
        ),
    },
}

_RETENTION: dict[str, dict[str, Decision]] = {
    "retention.Certificate": _keep(
        "code", "plan_sha256", "customer_name", "language", "content", "sha256", "key_id", "signature", "documents",
        why=_EVIDENCE,
    ),
    "retention.Resurrection": {
        **_keep("tombstone", "store", "tenant_key", "fingerprint", why=_OURS),
        **_keep("settled_because", why=_REASONS),
    },
    "retention.Pause": _keep("placed_by", "because", "lifted_by", why="the vendor's own matter, of no customer"),
    "retention.LegalHold": {
        **_keep("reference", "requested_by", "because", "released_because", why="why data was kept, and at whose word"),
        **_own("reach", why="names of single files become their hashes; tables, prefixes and categories stay"),
        **_keep("gone_before", why="tables, prefixes and counts"),
    },
    "retention.RetentionDuty": {
        **_keep("key", "ground", "source", "counted_column", why=_OURS),
        **_own("reach", why="names of single files become their hashes; only of the customer's own duties that ended"),
        **_keep("ended_because", why=_REASONS),
    },
    "retention.DeletionPlan": {
        **_keep("made_by", "sha256", why=_OURS),
        **_own("content", why="whole where it was carried out: the approval and the certificate name its hash; the "
               "examples in refusals of other plans go"),
        **_empty("samples", why="keys of deleted rows; nothing is searched for any more"),
    },
    "retention.PlanApproval": {
        **_keep("sha256", "tombstone", why=_OURS),
        **_keep("withdrawn_because", why=_REASONS),
    },
    "retention.DeletionRun": {
        **_keep("worker", "stopped_by", why=_OURS),
        **_empty("error", why="databases quote rows"),
    },
    "retention.DeletionStep": {
        **_keep("store", "name", "category", "goes_with", why=_OURS),
        **_own("result", why="counts stay, texts go"),
    },
    "retention.Verification": {
        **_own("found", why="examples are keys of rows; where, why and how many stay"),
        **_keep("looked_at", why="how it was looked and how much, and why somebody settled what was found"),
    },
    "retention.Attestation": _keep(
        "store", "description", "attester", "statement", "evidence", "evidence_sha256", why=_EVIDENCE
    ),
}  # fmt: skip

_DJANGO: dict[str, dict[str, Decision]] = {
    "admin.LogEntry": {
        **_keep("object_id", why=_OURS),
        **_own("object_repr", "change_message", why="emptied where it is about the customer's records"),
    },
    "auth.Permission": _keep("name", "codename", why=_OURS),
    "auth.Group": _keep("name", why=_OURS),
    "auth.User": _own(
        "password", "username", "first_name", "last_name", "email",
        why="a contact's own account is deleted, unless it signs in for another customer too; the vendor's staff stay",
    ),
    "contenttypes.ContentType": _keep("app_label", "model", why=_OURS),
    "sessions.Session": _own("session_key", "session_data", why="deleted with the run where it is of the customer's"),
    "django_q.Task": _own(
        "id", "name", "func", "hook", "args", "kwargs", "result", "group", "cluster",
        why="deleted with the run where it is about the customer",
    ),
    "django_q.OrmQ": _own("key", "payload", why="deleted with the run where it is about the customer"),
    "django_q.Schedule": _keep(
        "name", "func", "hook", "args", "kwargs", "cron", "task", "cluster", "intended_date_kwarg",
        why="the vendor's own timetable, of no customer",
    ),
}  # fmt: skip

_ACCOUNTS: dict[str, dict[str, Decision]] = {
    "account.EmailAddress": _own("email", why=_WITH_ACCOUNT),
    "account.EmailConfirmation": _own("key", why=_WITH_ACCOUNT),
    "mfa.Authenticator": _own("data", why=_WITH_ACCOUNT),
    "socialaccount.SocialApp": _keep(
        "provider", "provider_id", "name", "client_id", "secret", "key", "settings",
        why="how the vendor's staff sign in; of no customer",
    ),
    "socialaccount.SocialAccount": _own("provider", "uid", "extra_data", why=_WITH_ACCOUNT),
    "socialaccount.SocialToken": _own("token", "token_secret", why=_WITH_ACCOUNT),
    "usersessions.UserSession": _own("session_key", "user_agent", "data", why="deleted with the session itself"),
    "knox.AuthToken": _own("digest", "token_key", why=_WITH_ACCOUNT),
}  # fmt: skip

TRACES: dict[str, dict[str, Decision]] = {**_CASE, **_EXPORTS, **_RETENTION, **_DJANGO, **_ACCOUNTS}
"""``app.Model`` → column → what becomes of it."""
