"""What the API's resources share: pages by cursor, filters by indexed columns, and verbs called by POST."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import IntegerField
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from offboarding.api.schema import Operation


class Pages(CursorPagination):
    """Newest first, by primary key: a page costs the same wherever it lies, and nothing is shown twice."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Filters(filters.DjangoFilterBackend):
    """Refuses a filter that there is not: a misspelt ``customer`` would give the records of all customers."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = {*(filterset.base_filters if filterset else ()), Pages.cursor_query_param, Pages.page_size_query_param}
        if unknown := set(request.query_params) - known:
            raise ValidationError({name: [_("There is no such filter here.")] for name in sorted(unknown)})
        return super().filter_queryset(request, queryset, view)


@extend_schema_field(OpenApiTypes.INT)
class Number(filters.NumberFilter):
    """A whole number: 1.5 is refused, where the database would take it for 1."""

    field_class = IntegerField


class OfCustomer(filters.FilterSet):
    """Records of one customer."""

    customer = Number(field_name="customer_id")


class OfAgreement(OfCustomer):
    """Records of one agreement, or of all agreements of one customer."""

    agreement = Number(field_name="agreement_id")


class Records(ReadOnlyModelViewSet):
    """Records that one may list and read. ``looks_with``: the permission for it."""

    looks_with: str
    pagination_class = Pages
    filter_backends = (Filters,)
    schema = Operation()
    lookup_value_regex = "[0-9]{1,18}"

    def by(self, request: Request) -> User:
        """The person whom the verbs ask for permission."""
        return cast(User, request.user)

    def said(self, serializer: type[BaseSerializer], request: Request) -> dict[str, Any]:
        """The request's body, checked for its form; what it means is for the verb."""
        checked = serializer(data=request.data, context=self.get_serializer_context())
        checked.is_valid(raise_exception=True)
        return cast(dict[str, Any], checked.validated_data)

    def told(self, record: Any, status: int = 200) -> Response:
        """The record as a GET gives it, after a verb has changed it."""
        fresh = self.get_queryset().get(pk=record.pk)
        return Response(self.get_serializer(fresh).data, status=status)
