"""The public page ``/verify/``: is a certificate ours, and as we issued it?

Number and code, or the signed file, are sent by POST and kept nowhere. A number that there is not and a code that is
wrong have the same answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from retention import documents
from retention.certificate_checks import MOST_BYTES, Answer, Checked, check, check_json

MOST_MISSES = 30
"""As many wrong answers one address gets in a while, before it has to wait."""
WHILE_SECONDS = 600


class NumberForm(forms.Form):
    """What stands on the paper."""

    number = forms.CharField(
        label=gettext_lazy("Number"), max_length=20, widget=forms.TextInput(attrs={"placeholder": "C-000042"})
    )
    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=30, widget=forms.TextInput(attrs={"placeholder": "7K3M-9QXW-2B4T"})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class FileForm(forms.Form):
    """The signed file."""

    file = forms.FileField(
        label=gettext_lazy("Signed file"), widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )

    def __init__(self, files: Any = None) -> None:
        super().__init__(None, files, label_suffix="")

    def clean_file(self) -> UploadedFile[Any]:
        """No certificate is that large."""
        found: UploadedFile[Any] = self.cleaned_data["file"]
        if (found.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large to be a certificate."))
        return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """In the language of ``?language=``, else the one the browser asks for."""
    chosen = request.GET.get("language", "")
    known = [code for code, _name in settings.LANGUAGES]
    language = chosen if chosen in known else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        context, status = _answered(request) if request.method == "POST" else (_asking(), 200)
        page = {"chosen": chosen if chosen in known else "", **context}
        response = render(request, "verify/verify.html", page, status=status)
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def _asking(number: NumberForm | None = None, file: FileForm | None = None) -> dict[str, Any]:
    return {"number_form": number or NumberForm(), "file_form": file or FileForm()}


def _answered(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """The page's context and status; wrong answers are counted by address, and too many have to wait."""
    key = _misses_of(request)
    if cache.get(key, 0) >= MOST_MISSES:
        return {**_asking(), "wait": WHILE_SECONDS // 60}, 429
    if "file" in request.FILES:
        file = FileForm(files=request.FILES)
        if not file.is_valid():
            return _asking(file=file), 422
        return _told(check_json(file.cleaned_data["file"].read(MOST_BYTES + 1)), key), 200
    number = NumberForm(request.POST)
    if not number.is_valid():
        return _asking(number=number), 422
    return _told(check(number.cleaned_data["number"], number.cleaned_data["code"]), key, number), 200


def _told(checked: Checked, key: str, number: NumberForm | None = None) -> dict[str, Any]:
    if checked.answer is Answer.UNKNOWN:
        cache.set(key, cache.get(key, 0) + 1, WHILE_SECONDS)
    context = {**_asking(number), "answer": checked.answer.value}
    if checked.certificate is None or checked.content is None:
        return context
    followed = checked.certificate.supplemented_by.order_by("sequence")
    said = documents.shown(checked.content)
    facts = {"key_id": checked.certificate.key_id, "sha256": checked.certificate.sha256}
    return {**context, **said, **facts, "followed": [str(one) for one in followed]}


def _misses_of(request: HttpRequest) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    return f"verify-misses-{hashlib.sha256(f'{settings.SECRET_KEY}{address}'.encode()).hexdigest()[:32]}"
