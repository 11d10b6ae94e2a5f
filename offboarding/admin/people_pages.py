"""Pages of an administrator's two acts on somebody's sign-in: GET shows what follows, POST does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from offboarding import people


class Reason(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )


ACTS: dict[str, tuple[Callable[..., Any], Any, Any, Any]] = {
    "reset-second-factor": (
        people.reset_second_factor,
        gettext_lazy("Reset the second factor"),
        gettext_lazy(
            "App, passkeys and recovery codes of this person stop working, and all sessions end. At the next sign-in, "
            "the password alone leads to setting up a new factor: first make sure that this person asked for it."
        ),
        gettext_lazy("The second factor has been reset."),
    ),
    "end-sessions": (
        people.end_sessions,
        gettext_lazy("End all sessions"),
        gettext_lazy("This person is signed out everywhere, at once."),
        gettext_lazy("All sessions have been ended."),
    ),
}


def urls(admin: ModelAdmin[User]) -> list[URLPattern]:
    """``<user>/reset-second-factor/`` and ``<user>/end-sessions/``."""
    return [
        path(f"<int:pk>/{act}/", admin.admin_site.admin_view(page), {"admin": admin, "act": act}, name=f"user-{act}")
        for act in ACTS
    ]


def page(request: HttpRequest, pk: int, admin: ModelAdmin[User], act: str) -> HttpResponse:
    """For superusers; 403 for everybody else."""
    if not isinstance(request.user, User) or not request.user.is_superuser:
        raise PermissionDenied
    person = get_object_or_404(admin.get_queryset(request), pk=pk)
    verb, title, consequence, done = ACTS[act]
    form = Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb(person, by=request.user, because=form.cleaned_data["because"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, str(done))
            return redirect("admin:auth_user_change", pk)
    context = {"title": title, "person": person, "consequence": consequence, "form": form, "opts": User._meta}
    status = 400 if form.errors else 200
    return render(
        request, "admin/auth/user/act.html", {**admin.admin_site.each_context(request), **context}, status=status
    )
