"""Our own SVG drawings as shapes that Word draws itself, so that they stay sharp and can be edited. Pure: no Django.

Understood is what our drawings use: rectangles, circles, polygons, and paths of M, L, C and Z with absolute numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree

EMU = 12_700
"""English metric units in a point."""
_FACTOR = 100
"""Units of a shape's own coordinates in a point."""
_STEP = re.compile(r"([MLCZ])|(-?[0-9.]+)")
_NAMESPACES = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
Points = list[tuple[str, list[float]]]


@lru_cache(maxsize=32)
def anchored(svg: str, name: str, left: float, top: float, width: float, number: int) -> str:
    """A run that shows the drawing behind the text at ``left``, ``top`` of the page, ``width`` points wide."""
    root = ElementTree.fromstring(svg)  # noqa: S314 – a template of ours, never data
    _x, _y, wide, high = (float(one) for one in root.attrib["viewBox"].split())
    shapes = "".join(_shape(one, index, wide, high) for index, one in enumerate(root.iter()) if one is not root)
    size = f'cx="{round(width * EMU)}" cy="{round(width / wide * high * EMU)}"'
    group = (
        f'<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/><a:chOff x="0" y="0"/>'
        f'<a:chExt cx="{round(wide * _FACTOR)}" cy="{round(high * _FACTOR)}"/></a:xfrm></wpg:grpSpPr>{shapes}</wpg:wgp>'
    )
    return (
        f'<w:r><w:drawing><wp:anchor {_NAMESPACES} distT="0" distB="0" distL="0" distR="0" simplePos="0" '
        f'relativeHeight="{number}" behindDoc="1" locked="0" layoutInCell="1" allowOverlap="1">'
        '<wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{round(left * EMU)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{round(top * EMU)}</wp:posOffset></wp:positionV>'
        f'<wp:extent {size}/><wp:wrapNone/><wp:docPr id="{number}" name="{name}" descr=""/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup">{group}'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"
    )


def _shape(element: ElementTree.Element, index: int, wide: float, high: float) -> str:
    geometry = "".join(_steps(list(_points(element))))
    size = f'w="{round(wide * _FACTOR)}" h="{round(high * _FACTOR)}"'
    filled = "" if element.get("fill", "none") != "none" else ' fill="none"'
    path = f"<a:path {size}{filled}>{geometry}</a:path>"
    return (
        f'<wps:wsp><wps:cNvPr id="{index + 100}" name="shape {index}"/><wps:cNvSpPr/><wps:spPr>'
        '<a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{round(wide * _FACTOR)}" cy="{round(high * _FACTOR)}"/></a:xfrm><a:custGeom><a:avLst/><a:gdLst/>'
        f'<a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>{path}</a:pathLst></a:custGeom>'
        f"{_fill(element.get('fill', 'none'))}{_line(element)}</wps:spPr><wps:bodyPr/></wps:wsp>"
    )


def _fill(colour: str) -> str:
    return "<a:noFill/>" if colour == "none" else f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill>'


def _line(element: ElementTree.Element) -> str:
    width = round(float(element.get("stroke-width", "1")) * EMU)
    return f'<a:ln w="{width}">{_fill(element.get("stroke", "none"))}</a:ln>'


def _points(element: ElementTree.Element) -> Iterator[tuple[str, list[float]]]:
    kind = element.tag.rpartition("}")[2]
    number = {name: float(text) for name, text in element.attrib.items() if re.fullmatch(r"-?[0-9.]+", text)}
    if kind == "rect":
        x, y, width, height = (number[name] for name in ("x", "y", "width", "height"))
        yield from _closed([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    elif kind == "polygon":
        pairs = [one.split(",") for one in element.attrib["points"].split()]
        yield from _closed([(float(x), float(y)) for x, y in pairs])
    elif kind == "circle":
        yield from _circle(number["cx"], number["cy"], number["r"])
    elif kind == "path":
        yield from _path(element.attrib["d"])
    else:
        raise ValueError(f"<{kind}> is nothing that pictures of documents may have")


def _closed(corners: list[tuple[float, float]]) -> Points:
    return [("M", [*corners[0]]), *(("L", [*one]) for one in corners[1:]), ("Z", [])]


def _circle(x: float, y: float, r: float) -> Points:
    k = r * 0.5523
    return [
        ("M", [x + r, y]),
        ("C", [x + r, y + k, x + k, y + r, x, y + r]),
        ("C", [x - k, y + r, x - r, y + k, x - r, y]),
        ("C", [x - r, y - k, x - k, y - r, x, y - r]),
        ("C", [x + k, y - r, x + r, y - k, x + r, y]),
        ("Z", []),
    ]


def _path(text: str) -> Points:
    steps: Points = []
    for letter, digits in _STEP.findall(text):
        if letter:
            steps.append((letter, []))
            continue
        step, numbers = steps[-1]
        if len(numbers) == {"M": 2, "L": 2, "C": 6, "Z": 0}[step]:
            steps.append(("L" if step == "M" else step, [float(digits)]))
        else:
            numbers.append(float(digits))
    return steps


def _steps(points: Points) -> Iterator[str]:
    names = {"M": "moveTo", "L": "lnTo", "C": "cubicBezTo", "Z": "close"}
    for step, numbers in points:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        inner = "".join(f'<a:pt x="{round(x * _FACTOR)}" y="{round(y * _FACTOR)}"/>' for x, y in pairs)
        yield f"<a:{names[step]}>{inner}</a:{names[step]}>" if inner else f"<a:{names[step]}/>"
