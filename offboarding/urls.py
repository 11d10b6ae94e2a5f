"""Every address of the application: its own, and those of each of our apps that has a module ``urls``."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from offboarding import help_page, neighbours, roles_page


def _of_the_other_apps() -> Iterator[URLResolver]:
    """Upper packages are not imported by name from here; they are found among the apps beside this one."""
    for app, module in neighbours.modules("urls"):
        if app.name != "offboarding":
            yield path("", include(module))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("offboarding.portal.urls")),
    path("help/leaving/", help_page.leaving, name="help-leaving"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("offboarding.account_urls")),
    *_of_the_other_apps(),
    path("api/", include("offboarding.api.urls")),
    path("admin/roles/", admin.site.admin_view(roles_page.roles), name="roles"),
    path("admin/", admin.site.urls),
]
