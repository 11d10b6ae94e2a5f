from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "retention"
    verbose_name = _("Deletion")

    def ready(self) -> None:
        from offboarding import journal_words, menu, search_everywhere
        from offboarding.portal import history
        from retention import desk_kinds, search_evidence, story_marks
        from retention.journal_events import EVENTS, GROUPS, MACHINES

        desk_kinds.declare_all()
        story_marks.declare()
        journal_words.declare(EVENTS, GROUPS)
        journal_words.MACHINES.update(MACHINES)
        fetched = _("Certificate %(number)s was fetched.")
        history.tell({"certificate.issued": "", "certificate.fetched": fetched})
        names = ("deletionplan", "deletionrun", "legalhold", "retentionduty", "verification", "resurrection", "pause")
        menu.place("deletion", *(f"retention.{name}" for name in names))
        menu.place("evidence", "retention.certificate", "retention.attestation")
        search_everywhere.declare(search_evidence.of_evidence)
        if settings.DEBUG:
            from retention.sample import demo_state

            if demo_state.is_demo():
                demo_state.install()
