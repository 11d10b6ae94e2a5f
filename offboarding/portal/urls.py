"""Addresses of the self-service page. Those of one agreement begin with its reference; upper packages add theirs."""

from __future__ import annotations

from django.urls import path, register_converter

from offboarding.portal import case, home


class Reference:
    """``R-7K3M-9QXW``: nothing else is taken for an agreement, so that other pages below ``/leaving/`` stay free."""

    regex = "R-[0-9A-Z]{4}-[0-9A-Z]{4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")

urlpatterns = [
    path("", home.door, name="home"),
    path("leaving/", home.agreements, name="portal-home"),
    path("leaving/<reference:reference>/", case.page, name="portal-case"),
]
