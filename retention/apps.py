from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "retention"
    verbose_name = _("Deletion")

    def ready(self) -> None:
        from offboarding import journal_words, menu
        from retention import desk_kinds
        from retention.journal_events import EVENTS, GROUPS, MACHINES

        desk_kinds.declare_all()
        journal_words.declare(EVENTS, GROUPS)
        journal_words.MACHINES.update(MACHINES)
        names = ("deletionplan", "deletionrun", "legalhold", "retentionduty", "verification", "resurrection", "pause")
        menu.place("deletion", *(f"retention.{name}" for name in names))
        menu.place("evidence", "retention.certificate", "retention.attestation")
