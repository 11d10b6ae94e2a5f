"""Plans and certificates on paper, in one language each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import translation

from offboarding import pdf
from offboarding.paper import Paper
from retention import certificate_paper, plan_paper
from retention import certificate_words as words
from retention.models import Certificate, DeletionPlan

Content = Mapping[str, Any]


def certificate_pdf(content: Content, language: str, *, key_id: str, sha256: str) -> bytes:
    """A certificate's content on paper; ``key_id`` and ``sha256`` of the JSON that is signed.

    It is read back before it is given: ``pdf.PdfError`` where a fact of the content is not there.
    """
    with translation.override(language):
        paper = certificate_paper.paper(shown(content), language, key_id=key_id, sha256=sha256)
        facts = [*facts_of(content), key_id, sha256]
    drawn = pdf.of_paper(paper)
    text = pdf.text_of(drawn)
    for fact in facts:
        if not pdf.says(text, fact):
            raise pdf.PdfError(f"The certificate {content['number']} does not say “{fact}”.")
    return drawn


def of_certificate(certificate: Certificate, language: str) -> bytes:
    """An issued certificate drawn anew from its content: the same bytes, where words and templates are the same."""
    return certificate_pdf(
        json.loads(certificate.content), language, key_id=certificate.key_id, sha256=certificate.sha256
    )


def copy_of(certificate: Certificate, language: str) -> Paper:
    """An issued certificate as a paper to read, which says that it is no original."""
    content = json.loads(certificate.content)
    with translation.override(language):
        told = shown(content)
        return certificate_paper.paper(told, language, key_id=certificate.key_id, sha256=certificate.sha256, copy=True)


def plan_pdf(plan: DeletionPlan, language: str) -> bytes:
    """A deletion plan on paper, for those who approve it and for the file."""
    return pdf.of_paper(plan_paper.paper(plan, language))


def facts_of(content: Content) -> Iterator[str]:
    """What the document must say, in words of the active language: each count beside the name of its place."""
    yield from (content["number"], content["code"], content["vendor"], content["verify"], content["software"])
    yield from (content["customer"]["name"], content["customer"]["tenant_key"], words.moment(content["issued_at"]))
    yield from (content["plan"]["sha256"], content["data_map_sha256"], words.person(content["plan"]["by"]))
    yield from (content["approval"]["by"], words.moment(content["run"]["started_at"]))
    yield from (f"{one['number']} {one['reference']}" for one in content["agreements"])
    if content["supplements"]:
        yield from content["supplements"].values()
    for store in content["stores"]:
        yield from ("".join(_cells(place)) for place in store["places"])
    yield from ("".join(_own(one)) for one in content["own"])
    yield from ("".join(_look(one)) for one in content["looks"] if one["at"])
    yield from ("".join(_copy(one)) for one in content["copies"])
    yield from ("".join(_remaining(one)) for one in content["remains"])


def shown(content: Content) -> dict[str, Any]:
    """Everything the document and the public page show, in words of the active language."""
    return {
        "certificate": content,
        "vendor": content["vendor"],
        "title": words.title(content),
        "lead": words.lead(content),
        "occasion": words.occasion(content),
        "plan_occasion": words.occasion_of_plan(content),
        "planned_by": words.person(content["plan"]["by"]),
        "issued": words.moment(content["issued_at"]),
        "times": {
            name: words.moment(text) for name, text in (
                ("planned", content["plan"]["at"]), ("approved", content["approval"]["at"]),
                ("started", content["run"]["started_at"]), ("erased", content["run"]["live_erased_at"]),
                ("final", content["run"]["final_at"]),
            )
        },
        "stores": [_store(store) for store in content["stores"]],
        "own": [_own(one) for one in content["own"]],
        "looks": [_look(one) for one in content["looks"] if one["at"]],
        "copies": [_copy(one) for one in content["copies"]],
        "remains": [_remaining(one) for one in content["remains"]],
    }  # fmt: skip


def _store(store: Content) -> dict[str, Any]:
    rows = [_cells(place) for place in store["places"]]
    return {
        "name": store["store"],
        "kind": store["kind"],
        "engine": store["engine"],
        "method": words.METHODS[store["method"]],
        "verification": words.VERIFICATIONS[store["verification"]],
        "validation": words.VALIDATIONS[store["validation"]],
        "pieces": pdf.pieces(rows),
        "total": [words.count(store["counts"][name]) for name in ("before", "gone", "kept", "left")],
    }


def _cells(place: Content) -> Sequence[str]:
    """Name, category, before, gone, kept, left, when it was looked at."""
    counts = [words.count(place[name]) for name in ("before", "gone", "kept", "left")]
    what = [words.place(place["name"]), words.category(place["category"])]
    return [*what, *counts, words.short_moment(place["verified_at"])]


def _own(one: Content) -> Sequence[str]:
    return [
        str(words.OWN[one["what"]]),
        words.count(one["gone"]),
        words.count(one["left"]),
        words.short_moment(one["at"]),
    ]


def _look(one: Content) -> Sequence[str]:
    return [words.short_moment(one["at"]), words.look(one), words.outcome(one)]


def _copy(one: Content) -> Sequence[str]:
    state = words.short_moment(one["at"]) if one["at"] else "–"
    return [one["store"], one["description"], one["attester"], words.day(one["due_on"]), state, one["by"] or "–"]


def _remaining(one: Content) -> Sequence[str]:
    return [words.what_remains(one), words.why_it_remains(one), words.until_when(one)]
