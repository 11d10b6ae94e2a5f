from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class OffboardingConfig(AppConfig):
    name = "offboarding"
    verbose_name = _("Offboarding")

    def ready(self) -> None:
        from offboarding import (
            case_matters,
            customer_turn,
            desk_coming,
            menu,
            queue_watch,
            search_cases,
            search_everywhere,
        )
        from offboarding import giving_way as giving_way  # hears of workers from the first one on
        from offboarding import session_limits as session_limits  # hears of sign-ins from the first one on
        from offboarding.search_indexes import check_search

        case_matters.declare_all()
        customer_turn.declare_all()
        desk_coming.declare_all()
        queue_watch.declare_all()
        checks.register(check_search, checks.Tags.database)
        names = ("agreement", "customer", "terminationnotice", "transferassistance", "waiver")
        menu.place("cases", *(f"offboarding.{name}" for name in names))
        menu.place("mail", "offboarding.storedmessage", "offboarding.letter")
        menu.place("evidence", "offboarding.journalentry")
        menu.place("people", "offboarding.contact", "auth.user", "auth.group", "knox.authtoken")
        search_everywhere.declare(search_cases.of_cases)
