"""Every code of the file eraser has its words, also where they are translated."""

from __future__ import annotations

from retention import refusal_words
from retention.erasers.file_codes import FILE_WORDS, FileCode
from retention.erasers.findings import WORDS, Code


def test_every_code_has_words_and_no_two_have_the_same_name():
    assert set(FILE_WORDS) == set(FileCode)
    assert set(WORDS) == {*Code, *FileCode} and len(WORDS) == len(Code) + len(FileCode)


def test_the_translated_words_are_the_same():
    assert {code: str(words) for code, words in refusal_words.FILES.items()} == FILE_WORDS
