"""What a verb refuses: by field and words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError


@contextmanager
def refused(field: str, words: str = "") -> Iterator[None]:
    """A ValidationError that names the field and says these words, and nothing new in the journal."""
    from offboarding.models import JournalEntry

    before = JournalEntry.objects.count()
    with pytest.raises(ValidationError) as caught:
        yield
    assert list(caught.value.message_dict) == [field]
    assert words in " ".join(caught.value.message_dict[field])
    assert JournalEntry.objects.count() == before
