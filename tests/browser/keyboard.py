"""What can scroll is reached by keyboard and has a name (WCAG 2.1.1, 4.1.2), however short its content is today."""

from __future__ import annotations

from typing import Any

STUCK = """
() => {
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const scrolls = (box) => /auto|scroll/.test(getComputedStyle(box).overflow);
  const stuck = (box) => box.matches("[tabindex]") ? !box.matches("[role][aria-label]") : !box.querySelector(reached);
  return [...document.body.querySelectorAll("*:not(select, textarea, input)")]
    .filter((box) => box.checkVisibility() && getComputedStyle(box).display !== "inline" && scrolls(box) && stuck(box))
    .map((box) => `scrolls, but not by keyboard or without a name: ${box.outerHTML.slice(0, 160)}`);
}
"""
"""Inline boxes never scroll, whatever their style says; a box with a link inside scrolls when that is reached."""


def wrongs(page: Any) -> list[str]:
    """Boxes of the open page that scroll for a mouse only, each in words."""
    return list(page.evaluate(STUCK))
