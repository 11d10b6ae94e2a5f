"""Every address of the application: its own, and those of each of our apps that has a module ``urls``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from offboarding import help_page


def _of_the_other_apps() -> Iterator[URLResolver]:
    """Upper packages are not imported by name from here; they are found among the apps beside this one."""
    for app in apps.get_app_configs():
        beside = Path(app.path).parent == Path(settings.BASE_DIR) and app.name != "offboarding"
        if beside and find_spec(f"{app.name}.urls") is not None:
            yield path("", include(f"{app.name}.urls"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("offboarding.portal.urls")),
    path("help/leaving/", help_page.leaving, name="help-leaving"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    *_of_the_other_apps(),
    path("admin/", admin.site.urls),
]
