from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class OffboardingConfig(AppConfig):
    name = "offboarding"
    verbose_name = _("Offboarding")

    def ready(self) -> None:
        from offboarding.search_indexes import check_search

        checks.register(check_search, checks.Tags.database)
