"""A certificate's documents as answers: the originals as they were issued, its signature, and the copy to read."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from offboarding import paper_download
from retention import documents
from retention.models import Certificate

TYPES = {"json": "application/json", "sv": "application/pdf", "en": "application/pdf"}
SIGNATURE = "sig"
COPY = "docx"


def original(certificate: Certificate, kind: str) -> HttpResponseBase:
    """``json``, ``en`` or ``sv``: byte for byte; ``sig``: the signature of the JSON. ``Http404`` for anything else."""
    told = certificate.documents.get("json" if kind == SIGNATURE else kind)
    if kind not in (*TYPES, SIGNATURE) or told is None:
        raise Http404
    name = told["name"].rpartition("/")[2]
    if kind == SIGNATURE:
        headers = {"Content-Disposition": f'attachment; filename="{name.removesuffix(".json")}.sig"'}
        return HttpResponse(certificate.signature, content_type="application/json", headers=headers)
    try:
        file = storages["evidence"].open(told["name"])
    except FileNotFoundError:
        raise Http404(_("The document is not in the evidence storage.")) from None
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[kind])


def copy(certificate: Certificate, language: str) -> HttpResponse:
    """The copy to read, in Word."""
    return paper_download.answer(
        lambda chosen: documents.copy_of(certificate, chosen), name=certificate.number, language=language, kind=COPY
    )
