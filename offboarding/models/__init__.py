"""Who leaves and when: the records every other package builds on. The row is the truth; verbs change it."""

from offboarding.models.agreements import Agreement, Waiver
from offboarding.models.assistance import AssistanceHours, TransferAssistance
from offboarding.models.customers import Contact, Customer, Language, validate_tenant_key
from offboarding.models.desk import IdempotencyKey, PhaseCount
from offboarding.models.journal import JournalEntry
from offboarding.models.letters import Letter
from offboarding.models.notices import StoredMessage, TerminationNotice

__all__ = [
    "Agreement",
    "AssistanceHours",
    "Contact",
    "Customer",
    "IdempotencyKey",
    "JournalEntry",
    "Language",
    "Letter",
    "PhaseCount",
    "StoredMessage",
    "TerminationNotice",
    "TransferAssistance",
    "Waiver",
    "validate_tenant_key",
]
