from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "retention"
    verbose_name = _("Deletion")

    def ready(self) -> None:
        from offboarding import journal_words
        from retention.journal_events import EVENTS, GROUPS, MACHINES

        journal_words.declare(EVENTS, GROUPS)
        journal_words.MACHINES.update(MACHINES)
