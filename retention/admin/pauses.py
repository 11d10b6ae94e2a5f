"""The switch that stops all deletion: who set it when and why, and the forms that set and lift it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding.admin.case_forms import BecauseForm
from retention import pausing
from retention.actor_words import in_words as actor_in_words
from retention.admin import following
from retention.admin.records import DeletionRecords, DeletionVerb
from retention.models import Pause

if TYPE_CHECKING:
    _PauseAdmin = admin.ModelAdmin[Pause]
else:
    _PauseAdmin = admin.ModelAdmin

PAUSE = DeletionVerb(
    name="pause",
    permission="set_pause",
    label=gettext_lazy("Pause all deletion"),
    form=BecauseForm,
    call=lambda _subject, by, data: pausing.pause_by(by=by, **data),
    possible=lambda _subject: True,
    explains=gettext_lazy(
        "From the next batch on – within seconds – nothing of any customer is deleted, until somebody resumes it. Runs "
        "that are under way stop; nothing is lost."
    ),
    done=gettext_lazy("All deletion is paused."),
    then=following.see_runs,
    danger=True,
    rehearsed=False,
    template="admin/retention/act.html",
)
RESUME = DeletionVerb(
    name="resume",
    permission="set_pause",
    label=gettext_lazy("Resume deletion"),
    form=BecauseForm,
    call=lambda _pause, by, data: pausing.resume_by(by=by, **data),
    possible=lambda pause: pause.lifted_at is None,
    explains=gettext_lazy(
        "Deletion may go on; every other reason against it counts as before. Runs that stopped go on by themselves "
        "later, or are resumed one by one on their pages."
    ),
    done=gettext_lazy("Deletion goes on again."),
    then=following.see_runs,
    rehearsed=False,
    template="admin/retention/act.html",
)


@admin.register(Pause)
class PauseAdmin(DeletionRecords, _PauseAdmin):
    """Every pause there was, the newest first."""

    verbs = (RESUME,)
    begins = PAUSE
    about_one = False
    page_template = "admin/retention/paused.html"
    nothing = gettext_lazy("Deletion has never been paused. Every pause, with who set it and why, would stand here.")
    list_display = ("placed_shown", "by_shown", "because", "lifted_shown")
    list_display_links = ("placed_shown",)
    search_fields = ("because",)

    def named(self, record: Pause) -> str:
        return date_format(timezone.localtime(record.placed_at), "DATETIME_FORMAT")

    def context(self, record: Pause, user: Any) -> dict[str, Any]:
        return {
            "title": _("Pause of all deletion"),
            "pause": record,
            "placed_by": actor_in_words(record.placed_by),
            "lifted_by": actor_in_words(record.lifted_by),
        }

    @admin.display(description=gettext_lazy("paused"), ordering="placed_at")
    def placed_shown(self, pause: Pause) -> str:
        return date_format(timezone.localtime(pause.placed_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("paused by"))
    def by_shown(self, pause: Pause) -> str:
        return actor_in_words(pause.placed_by)

    @admin.display(description=gettext_lazy("state"), ordering="lifted_at")
    def lifted_shown(self, pause: Pause) -> SafeString:
        if pause.lifted_at is None:
            return format_html('<span class="state state-stopped">{}</span>', _("paused"))
        when = date_format(timezone.localtime(pause.lifted_at), "SHORT_DATETIME_FORMAT")
        return format_html('<span class="state state-released">{}</span> <small>{}</small>', _("lifted"), when)
