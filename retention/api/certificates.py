"""Certificates: read, and fetched as the bytes that were issued. The public page checks them for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from offboarding.api.records import Number, Records
from retention.certificate_download import TYPES, original
from retention.models import Certificate


class DocumentSerializer(serializers.Serializer):
    """One file of a certificate."""

    kind = serializers.ChoiceField(list(TYPES))
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()


class CertificateSerializer(serializers.ModelSerializer):
    customer = serializers.IntegerField(source="customer_number", read_only=True)
    agreement = serializers.IntegerField(source="agreement_number", read_only=True)
    run = serializers.IntegerField(source="run_number", read_only=True)
    number = serializers.CharField(read_only=True)
    documents = serializers.SerializerMethodField()

    class Meta:
        model = Certificate
        fields = (
            "id", "number", "code", "occasion", "supplements", "customer", "agreement", "run", "customer_name",
            "language", "issued_at", "plan_sha256", "sha256", "key_id", "signature", "documents",
        )  # fmt: skip

    @extend_schema_field(DocumentSerializer(many=True))
    def get_documents(self, certificate: Certificate) -> Any:
        found = sorted(certificate.documents.items())
        return [{"kind": kind, "sha256": told["sha256"], "bytes": told["bytes"]} for kind, told in found]


class CertificateFilter(filters.FilterSet):
    customer = Number(field_name="customer_number")
    sha256 = filters.CharFilter()
    sequence = Number()


class Certificates(Records):
    """Signed statements of what is gone, what remains, why and until when."""

    looks_with = "retention.view_certificate"
    queryset = Certificate.objects.defer("content")
    serializer_class = CertificateSerializer
    filterset_class = CertificateFilter

    @extend_schema(
        responses={(200, "application/json"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(TYPES))],
        filters=False,
    )
    @action(detail=True, url_path="documents/(?P<kind>json|sv|en)", pagination_class=None, filterset_class=None)
    def document(self, request: Request, pk: str, kind: str) -> HttpResponseBase:
        """The signed JSON, or the PDF in one language, exactly as it was issued."""
        return original(self.get_object(), kind)
