"""Addresses of the self-service page. Those of one agreement begin with its reference; upper packages add theirs."""

from __future__ import annotations

from django.urls import path, register_converter

from offboarding.portal import case, home, moving, notice, papers


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
    path("leaving/<reference:reference>/history/", case.past, name="portal-history"),
    path("leaving/<reference:reference>/calendar.ics", case.calendar, name="portal-calendar"),
    path("leaving/<reference:reference>/notice/", notice.give, name="portal-notice"),
    path("leaving/<reference:reference>/notice/<int:notice>/withdraw/", notice.withdraw, name="portal-withdraw"),
    path("leaving/<reference:reference>/notice/<int:notice>/object/", notice.object_to, name="portal-object"),
    path(
        "leaving/<reference:reference>/notice/<int:notice>/paper/<str:language>.<str:kind>",
        papers.notice_paper,
        name="portal-acknowledgement",
    ),
    path("leaving/<reference:reference>/help/", moving.ask_for_help, name="portal-help"),
    path("leaving/<reference:reference>/help/<int:asked>/", moving.answer_offer, name="portal-answer"),
    path("leaving/<reference:reference>/earlier/", moving.ask_for_earlier_deletion, name="portal-earlier"),
]
