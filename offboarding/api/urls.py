"""Addresses below ``/api/``: every package's resources, the schema and its page for people."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from offboarding import neighbours
from offboarding.api import reference
from offboarding.api.problems import NoSuchPlace

router = SimpleRouter()
for _app, module in neighbours.modules("api.resources"):
    for prefix, resource in module.RESOURCES.items():
        router.register(prefix, resource, basename=f"api-{prefix}")

urlpatterns = [
    path("v1/", include(router.urls)),
    path("v1/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("v1/docs/", admin.site.admin_view(reference.page), name="api-docs"),
    re_path("", NoSuchPlace.as_view(), name="api-nothing"),
]
