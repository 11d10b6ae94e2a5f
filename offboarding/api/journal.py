"""The journal, to be read: with hash and seal, so that a copy can be checked."""

from __future__ import annotations

from django_filters import rest_framework as filters
from rest_framework import serializers

from offboarding import journal_words
from offboarding.api.records import Number, Pages, Records
from offboarding.models import JournalEntry


class EntrySerializer(serializers.ModelSerializer):
    facts = serializers.DictField()
    sentence = serializers.SerializerMethodField(help_text="The event in words.")

    class Meta:
        model = JournalEntry
        fields = (
            "seq", "at", "actor", "event", "customer", "agreement", "reason", "facts", "sentence", "previous", "hash",
            "key_id", "seal",
        )  # fmt: skip

    def get_sentence(self, entry: JournalEntry) -> str:
        return str(journal_words.sentence(entry))


class EntryFilter(filters.FilterSet):
    customer = Number()
    agreement = Number()
    event = filters.CharFilter()
    after = Number(field_name="seq", lookup_expr="gt")


class BySeq(Pages):
    """Newest first."""

    ordering = "-seq"


class Journal(Records):
    """Everything that happened, append-only."""

    looks_with = "offboarding.view_journalentry"
    queryset = JournalEntry.objects.all()
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    pagination_class = BySeq
