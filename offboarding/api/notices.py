"""Notices: read, recorded with by what one knows of them, and decided."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from offboarding import notices
from offboarding.api.once import once
from offboarding.api.records import Number, OfAgreement, Records
from offboarding.models import Agreement, Contact, TerminationNotice


class NoticeSerializer(serializers.ModelSerializer):
    class Meta:
        model = TerminationNotice
        fields = (
            "id", "agreement", "channel", "received_at", "received_because", "recorded_at", "sender", "contact",
            "needs", "state", "decision", "decided_at", "because", "object_until", "objected_at",
            "objection_settled_at", "duplicate_of",
        )  # fmt: skip


class RecordNotice(serializers.Serializer):
    """What came, and when."""

    agreement = serializers.PrimaryKeyRelatedField(queryset=Agreement.objects.all())
    channel = serializers.ChoiceField(TerminationNotice.Channel.choices, default=TerminationNotice.Channel.API)
    received_at = serializers.DateTimeField(help_text="Receipt counts, not sending.")
    because = serializers.CharField(help_text="By what you know when it was received.")
    contact = serializers.PrimaryKeyRelatedField(queryset=Contact.objects.all(), required=False, allow_null=True)
    sender = serializers.CharField(required=False, allow_blank=True, max_length=320)


class DecideNotice(serializers.Serializer):
    """What the notice means."""

    decision = serializers.ChoiceField(TerminationNotice.Decision.choices)
    because = serializers.CharField(required=False, allow_blank=True, default="")


class NoticeFilter(OfAgreement):
    customer = Number(field_name="agreement__customer_id")
    state = filters.ChoiceFilter(choices=TerminationNotice.State.choices)


class Notices(Records):
    """Written notices of termination, and what was decided about each."""

    looks_with = "offboarding.view_terminationnotice"
    queryset = TerminationNotice.objects.all()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    @extend_schema(request=RecordNotice, responses={201: NoticeSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Records a notice; the customer is sent an acknowledgement, and a person decides."""
        said: dict[str, Any] = self.said(RecordNotice, request)
        return self.told(notices.record(said.pop("agreement"), by=self.by(request), **said), 201)

    @extend_schema(request=DecideNotice, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    @once
    def decide(self, request: Request, pk: str) -> Response:
        """Decides a notice; where it is accepted, the dates are set and all contacts are told."""
        said = self.said(DecideNotice, request)
        return self.told(notices.decide(self.get_object(), by=self.by(request), **said))
