"""Legal holds: read, placed, released."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exports.contents import Category
from offboarding.api.once import once
from offboarding.api.records import OfCustomer, Records
from offboarding.models import Customer
from retention import holds
from retention.models import LegalHold
from retention.reach import Reach


class Place(serializers.ListField):
    """A store and a name in it."""

    child = serializers.CharField(trim_whitespace=False)

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=2, max_length=2, **options)


class ReachSerializer(serializers.Serializer):
    """What is kept; at least one of these. A place is a pair of a store and a name."""

    everything = serializers.BooleanField(default=False)
    categories = serializers.ListField(child=serializers.ChoiceField([one.value for one in Category]), default=list)
    tables = serializers.ListField(child=Place(), default=list)
    prefixes = serializers.ListField(child=Place(), default=list)
    files = serializers.ListField(child=Place(), default=list)


class HoldSerializer(serializers.ModelSerializer):
    reach = serializers.SerializerMethodField()

    class Meta:
        model = LegalHold
        fields = (
            "id", "customer", "ground", "reference", "requested_by", "because", "reach", "review_on", "told",
            "placed_at", "released_at", "released_because",
        )  # fmt: skip

    @extend_schema_field(ReachSerializer)
    def get_reach(self, hold: LegalHold) -> Any:
        return hold.reach


class PlaceHold(serializers.Serializer):
    """What is kept, and why."""

    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())
    ground = serializers.ChoiceField(LegalHold.Ground.choices)
    reference = serializers.CharField(max_length=200)
    requested_by = serializers.CharField(max_length=255)
    because = serializers.CharField()
    review_on = serializers.DateField()
    tell = serializers.BooleanField(help_text="Whether law allows telling the customer.")
    reach = ReachSerializer()


class ReleaseHold(serializers.Serializer):
    """Why it is not needed any more."""

    because = serializers.CharField()


class HoldFilter(OfCustomer):
    in_force = filters.BooleanFilter(field_name="released_at", lookup_expr="isnull")


class Holds(Records):
    """What keeps data from deletion."""

    looks_with = "retention.view_legalhold"
    queryset = LegalHold.objects.all()
    serializer_class = HoldSerializer
    filterset_class = HoldFilter

    @extend_schema(request=PlaceHold, responses={201: HoldSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Places a hold: when this answers, nothing that it keeps goes any more."""
        said = self.said(PlaceHold, request)
        said["reach"] = _reach(said["reach"])
        return self.told(holds.place(said.pop("customer"), by=self.by(request), **said), 201)

    @extend_schema(request=ReleaseHold, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    @once
    def release(self, request: Request, pk: str) -> Response:
        """Releases a hold; nothing goes without a new plan and a new approval."""
        return self.told(holds.release(self.get_object(), by=self.by(request), **self.said(ReleaseHold, request)))


def _reach(said: dict[str, Any]) -> Reach:
    try:
        return Reach.from_json(said)
    except (ValueError, KeyError) as error:
        raise ValidationError({"reach": _("This does not say what is kept.")}) from error
