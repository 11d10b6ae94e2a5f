"""Points of lists in Word documents: a bullet or a number before the text, further in with each level."""

from __future__ import annotations

STEP = 360
"""Twentieths of a point by which each level stands further in."""


class Lists:
    """The lists around what is being written, and the mark of a point that nothing was written of yet."""

    def __init__(self) -> None:
        self._last: list[int | None] = []
        self._mark = ""

    def begin(self, *, numbered: bool) -> None:
        """A list begins, inside the one that is open."""
        self._last.append(0 if numbered else None)

    def end(self) -> None:
        """The innermost list ends."""
        if self._last:
            self._last.pop()

    def point(self) -> None:
        """A point of the innermost list begins."""
        self._mark = "•"
        if self._last and self._last[-1] is not None:
            self._last[-1] += 1
            self._mark = f"{self._last[-1]}."

    def in_line(self) -> str:
        """The mark inside a run, for points in a cell; only once."""
        mark, self._mark = self._mark, ""
        return f'<w:t xml:space="preserve">{mark} </w:t>' if mark else ""

    def in_paragraph(self) -> tuple[str, str]:
        """The indent of a paragraph (``w:ind``) and the run before its text; the mark only once."""
        mark, self._mark = self._mark, ""
        if not self._last:
            return "", ""
        indent = f'<w:ind w:left="{STEP * len(self._last)}" w:hanging="{STEP if mark else 0}"/>'
        return indent, f"<w:r><w:t>{mark}</w:t><w:tab/></w:r>" if mark else ""
