"""PDFs from rendered templates by xhtml2pdf, made ready once: of pages that differ only in their texts, the second and
all later ones reuse the first one's styles, fonts and structure, and only their texts are set and broken anew.

Whether that gives the same as the plain way is tried for each structure with its first page. Where it does not, or a
text needs more than letters one after the other (right to left, loose accents), the plain way is taken.
"""

from __future__ import annotations

import io
import pickle
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from exports.documents import pdf_text
from exports.documents.markup import Markup, goes_left, unread
from offboarding.pdf import FONTS, PdfError, drawable, text_of

FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerifCondensed.ttf", "DejaVuSerifCondensed-Italic.ttf")
MOST_FORMS = 32
"""Structures that are kept ready at the same time."""
SHED = 50
"""After so many pages from forms, what xhtml2pdf remembers of their words is forgotten, so that memory stays flat."""
TO_LEFT = '<span style="font-family: Paper">{}</span>'
"""The one family that draws Arabic and Hebrew whole: a second one would be asked letter by letter."""
_MARK = re.compile(r"Zq(\d+)Zq")
_PICTURE = "data:image/svg+xml;base64,"


class Press:
    """Draws pages; one per process and thread."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, _Form | None] = OrderedDict()
        self.reused = 0
        """How many pages were drawn from a form."""

    def pdf(self, page: str) -> tuple[bytes, str]:
        """The page as PDF, and the characters that are named in it because no font of ours draws them.

        Raises ``PdfError``, also where the finished PDF does not say every text of the page.
        """
        markup = Markup(page, drawable)
        pdf = self._printed(markup)
        texts = [text.shown for text in markup.texts if text.drawn]
        if lost := unread(texts, _pages(pdf)):
            raise PdfError(f"The document does not say what it should. Missing first: “{lost[0]}”.")
        return pdf, "".join(dict.fromkeys("".join(text.replaced for text in markup.texts if text.shown != text.meant)))

    def _printed(self, markup: Markup) -> bytes:
        key = markup.skeleton
        simple = all(_is_simple(text.shown) for text in markup.texts)
        if key in self._forms:
            self._forms.move_to_end(key)
            form = self._forms[key]
            if form is None or not simple:
                return _plainly(markup)
            self.reused += 1
            if self.reused % SHED == 0:
                _shed()
            return form.filled([text.shown for text in markup.texts])
        pdf = _plainly(markup)
        if simple:
            self._forms[key] = _form_like(markup, pdf)
            while len(self._forms) > MOST_FORMS:
                self._forms.popitem(last=False)
        return pdf


class _Form:
    """What xhtml2pdf made of one structure, ready to be filled again and again."""

    def __init__(self, markup: Markup) -> None:
        from reportlab.platypus.paraparser import ParaFrag
        from xhtml2pdf.document import pisaStory
        from xhtml2pdf.xhtml2pdf_reportlab import PmlImage

        context = _context()
        pisaStory(
            markup.marked("Zq{}Zq".format),
            link_callback=_ours,
            context=context,
            encoding="utf-8",
            resource_policy=context.resource_policy,
        )
        if context.err or context.multiBuild or context.positioned:
            raise PdfError("xhtml2pdf lays this out in several goes")
        self._context = context
        self._shared: list[Any] = []
        shared = self._shared

        class Pickler(pickle.Pickler):
            def persistent_id(self, obj: Any) -> int | None:
                marked = isinstance(obj, str) and _MARK.search(obj)
                if marked or isinstance(obj, ParaFrag | PmlImage) or type(obj).__name__ == "PmlParagraphStyle":
                    shared.append(obj)
                    return len(shared) - 1
                return None

        stream = io.BytesIO()
        Pickler(stream, protocol=5).dump((context.story, context.templateList))
        self._story = stream.getvalue()
        self._frag, self._image = ParaFrag, PmlImage
        inside = [getattr(getattr(one, "cbDefn", None), "image", None) for one in shared]
        for one in (*shared, *inside):
            if isinstance(one, PmlImage):
                vars(one)["getDrawing"] = cache(one.getDrawing)  # else the picture is parsed for every page

    def filled(self, texts: list[str]) -> bytes:
        """The structure with these texts, as PDF."""

        def put(text: str) -> str:
            return _MARK.sub(lambda match: texts[int(match[1])], text)

        def load(number: int) -> Any:
            shared = self._shared[number]
            if isinstance(shared, str):
                return put(shared)
            if isinstance(shared, self._frag):
                return shared.clone(text=put(shared.text)) if "Zq" in getattr(shared, "text", "") else shared.clone()
            return shared if isinstance(shared, self._image) else shared.clone(shared.name)

        unpickler = pickle.Unpickler(io.BytesIO(self._story))  # noqa: S301 – written above, in this process
        unpickler.persistent_load = load  # type: ignore[method-assign]
        story, templates = unpickler.load()
        return self._built(story, templates, put)

    def _built(self, story: list[Any], templates: dict[str, Any], put: Any) -> bytes:
        from xhtml2pdf.config.resources import render_budget, use_policy
        from xhtml2pdf.default import DEFAULT_PAGE_NAME
        from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc

        context, out = self._context, io.BytesIO()
        told = {name: put(context.meta[name]).strip() for name in ("author", "subject", "title")}
        words = [word.strip() for word in context.meta["keywords"].strip().split(",") if word]
        doc = PmlBaseDoc(
            out, pagesize=context.pageSize, showBoundary=0, allowSplitting=1, lang=context.lang_tag or None,
            keywords=words, **told,
        )  # fmt: skip
        body = templates.pop(DEFAULT_PAGE_NAME)
        doc.addPageTemplates([body, *templates.values()])
        doc.pisaPositioned = []
        with use_policy(context.resource_policy), render_budget(context.resource_policy), _compact():
            doc.build(story)
        return out.getvalue()


def _form_like(markup: Markup, pdf: bytes) -> _Form | None:
    """A form that gives exactly this PDF for the page it was made from; None where there is none."""
    try:
        form = _Form(markup)
        again = form.filled([text.shown for text in markup.texts])
    except Exception:  # whatever xhtml2pdf cannot do twice, it can do the plain way
        return None
    return form if again == pdf else None


def _plainly(markup: Markup) -> bytes:
    from xhtml2pdf import pisa

    out = io.BytesIO()
    with _compact():
        done = pisa.CreatePDF(
            markup.page(TO_LEFT),
            dest=out,
            encoding="utf-8",
            link_callback=_ours,
            resource_policy=_context().resource_policy,
        )
    if done.err:
        raise PdfError("; ".join(str(message) for _mode, _line, message, _code in done.log))
    return out.getvalue()


def _shed() -> None:
    from xhtml2pdf.util import reset_caches

    reset_caches()


@contextmanager
def _compact() -> Iterator[None]:
    """Streams as they are, not as text: a fifth smaller and sooner written. Other papers stay as they are."""
    from reportlab import rl_config

    before, rl_config.useA85 = rl_config.useA85, 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def _context() -> Any:
    from reportlab import rl_config
    from xhtml2pdf.config.resources import ResourceAccessPolicy
    from xhtml2pdf.context import pisaContext

    rl_config.invariant = 1  # no time of day and no random number in the bytes
    context = pisaContext("")
    context.pathCallback = _ours
    context.resource_policy = ResourceAccessPolicy(allow_remote=False, base_dir=FONTS)
    return context


def _ours(uri: str, _base: str | None) -> str:
    """Refuses every file and address but our fonts and pictures that stand in the page itself."""
    if uri.startswith(_PICTURE) or uri in {str(FONTS / name) for name in FACES}:
        return uri
    raise PdfError(f"Documents read nothing but their own fonts, not {uri[:80]}.")


def _pages(pdf: bytes) -> list[str]:
    try:
        return pdf_text.pages(pdf)
    except pdf_text.PdfTextError:
        return [text_of(pdf)]


@cache
def _signs() -> frozenset[str]:
    """What every face draws as one sign after the other."""
    from reportlab.pdfbase.ttfonts import TTFont

    faces = [set(TTFont(f"look {name}", str(FONTS / name)).face.charToGlyph) for name in FACES]
    return frozenset(
        sign
        for sign in map(chr, set.intersection(*faces))
        if sign == " " or (unicodedata.category(sign)[0] in "LNPS" and not goes_left(sign))
    )


def _is_simple(text: str) -> bool:
    return _signs().issuperset(text) and "Zq" not in text
