from django.apps import AppConfig
from django.core import checks


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.checks import check_data_map

        checks.register(check_data_map)
