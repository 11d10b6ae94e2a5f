from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        from exports import customer_turn, desk_matters, search_exports, story_marks
        from exports.checks import check_data_map
        from exports.journal_events import EVENTS
        from offboarding import journal_words, menu, search_everywhere
        from offboarding.portal import history

        checks.register(check_data_map)
        customer_turn.declare_all()
        desk_matters.declare_all()
        story_marks.declare()
        journal_words.declare(EVENTS, {"export": _("exports")})
        told = (
            "requested",
            "cancelled",
            "complete",
            "expired",
            "confirmed",
            "objected",
            "objection_settled",
            "downloaded",
        )
        history.tell({f"export.{name}": "" for name in told})
        menu.place("exports", "exports.exportjob", "exports.missingfile", "exports.receipt")
        search_everywhere.declare(search_exports.of_exports)
