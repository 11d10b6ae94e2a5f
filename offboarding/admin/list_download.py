"""Any list of the desk as a file: the rows that its filters and its search show, in its order, with its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import IGNORED_PARAMS
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.template.defaultfilters import yesno
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from offboarding.list_files import Row, as_csv, as_workbook, plain

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

MOST = 50_000
"""Rows of one file; whoever wants others filters the list."""
BATCH = 500
CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def download(
    request: HttpRequest, site: AdminSite, app: str, model: str, kind: str
) -> FileResponse | StreamingHttpResponse:
    """One list as a file. Who may look at the list may have it; that it was taken is logged, as it may name people."""
    screen: Any = next((one for key, one in site._registry.items() if key._meta.label_lower == f"{app}.{model}"), None)
    if screen is None or kind not in TYPES:
        raise Http404
    if not screen.has_view_or_change_permission(request):
        raise PermissionDenied
    try:
        listed = screen.get_changelist_instance(request)
    except IncorrectLookupParameters as error:
        raise BadRequest(str(error)) from error
    _log(request, listed, kind)
    batches = _batches(listed, screen, translation.get_language())
    name = f"{screen.opts.model_name}-{timezone.localdate().isoformat()}.{kind}"
    answer: FileResponse | StreamingHttpResponse
    if kind == XLSX:
        title = str(capfirst(screen.opts.verbose_name_plural))
        answer = FileResponse(as_workbook(title, batches), content_type=TYPES[XLSX])
    else:
        answer = StreamingHttpResponse(as_csv(batches), content_type=TYPES[CSV])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _log(request: HttpRequest, listed: Any, kind: str) -> None:
    """Who took which list, filtered how; without the words that were searched for, which may be somebody's name."""
    chosen = ", ".join(
        f"{name}={','.join(values)}"
        for name, values in sorted(listed.filter_params.items())
        if name not in IGNORED_PARAMS
    )
    message = (
        f"Downloaded as {kind.upper()}" + (f"; {chosen}" if chosen else "") + ("; searched" if listed.query else "")
    )
    LogEntry.objects.create(
        user_id=cast(User, request.user).pk,
        content_type=ContentType.objects.get_for_model(listed.model),
        object_repr=str(listed.opts.verbose_name_plural)[:200],
        action_flag=CHANGE,
        change_message=message,
    )


def _batches(listed: Any, screen: Any, language: str | None) -> Iterator[Sequence[Row]]:
    """The head, then the rows by the batch: keys are read once in the list's order, rows by their keys."""
    names = [name for name in listed.list_display if name != "action_checkbox"]
    with translation.override(language):
        head = [_("key"), *(str(label_for_field(name, listed.model, screen)) for name in names)]
    yield [head]  # outside: whatever runs before the next batch has a language of its own
    keys = iter(listed.queryset.values_list("pk", flat=True)[: MOST + 1].iterator(chunk_size=BATCH))
    left = MOST
    while batch := list(islice(keys, min(BATCH, left + 1))):
        with translation.override(language):
            rows = [_row(one, names, screen) for one in _read(listed, batch[:left])]
            if len(batch) > left:
                rows.append([_("Only the first %(count)s rows are in this file: filter the list.") % {"count": MOST}])
        yield rows
        left -= len(batch)
        if left < 0:
            return


def _read(listed: Any, keys: Sequence[Any]) -> Iterable[Model]:
    """The rows with these keys in their order, with what a page of the list would know of them."""
    found = listed.apply_select_related(listed.root_queryset.filter(pk__in=keys)).in_bulk()
    rows = [found[key] for key in keys if key in found]
    prepare = getattr(listed, "prepare", None)
    return prepare(rows) if prepare else rows


def _row(record: Any, names: Sequence[str], screen: Any) -> Row:
    return [str(record.pk), *(_text(record, name, screen) for name in names)]


def _text(record: Any, name: str, screen: Any) -> str:
    """What stands in this cell of the list, in words."""
    try:
        field, _attribute, value = lookup_field(name, record, screen)
    except ObjectDoesNotExist:
        return ""
    if field is not None and getattr(field, "flatchoices", None):
        value = dict(field.flatchoices).get(value, value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(yesno(value))
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, SafeString) else str(value)
