"""``/admin/search/?q=``: everything that is found for some words; the only exact hit opens at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from offboarding.search_everywhere import LONGEST, everywhere, the_one

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite


@require_safe
def search(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The hits by kind; ``stay=1`` shows them also where one of them is exact."""
    words = " ".join(request.GET.get("q", "").split())
    found = everywhere(words, request.user)
    one = the_one(found)
    if one and "stay" not in request.GET:
        return HttpResponseRedirect(one)
    context = {
        **site.each_context(request),
        "title": _("Search"),
        "asked": words,
        "found": found,
        "too_long": len(words) > LONGEST,
    }
    return TemplateResponse(request, "admin/search.html", context)
