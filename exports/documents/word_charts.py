"""A figure as a chart that Word draws itself (ECMA-376, DrawingML charts). Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from exports.documents import wording
from exports.documents.charts import COLOURS
from exports.documents.markup import in_xml
from exports.documents.word_base import language_tag
from exports.documents.word_shapes import EMU

_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_WIDTH = 482 * EMU
_TEXT = (
    '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="800"><a:solidFill><a:srgbClr val="55636E"/></a:solidFill></a:defRPr>'
    '</a:pPr><a:endParaRPr lang="{}"/></a:p></c:txPr>'
)
_RULE = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D7E0E7"/></a:solidFill></a:ln></c:spPr>'
_NO_LINE = "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>"
Facts = dict[str, Any]


def part(figure: Facts, language: str) -> bytes:
    """The chart's own part of the package."""
    lying, lines = not figure["monthly"], figure["chart"] == "lines" and figure["monthly"]
    series = "".join(_series(figure, language, lines))
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    if lines:
        drawn = (
            f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:marker val="1"/>{axes}'
            "</c:lineChart>"
        )
    else:
        drawn = (
            f'<c:barChart><c:barDir val="{"bar" if lying else "col"}"/><c:grouping val="clustered"/>'
            f'<c:varyColors val="0"/>{series}<c:gapWidth val="45"/>{axes}</c:barChart>'
        )
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(figure["series"]) > 1 else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace {_NAMESPACES}>'
        f'<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>{drawn}'
        f"{_axes(lying, language)}</c:plotArea>{legend}"
        f'<c:plotVisOnly val="1"/></c:chart>{_NO_LINE}{_TEXT.format(language_tag(language))}</c:chartSpace>'
    ).encode()


def _series(figure: Facts, language: str, lines: bool) -> Iterator[str]:
    labels = [wording.short_month(one, language) if figure["monthly"] else one for one in figure["labels"]]
    for place, (name, numbers) in enumerate(figure["series"]):
        colour = f'<a:solidFill><a:srgbClr val="{COLOURS[place % len(COLOURS)][1:].upper()}"/></a:solidFill>'
        look = f'<c:spPr><a:ln w="19050">{colour}</a:ln></c:spPr><c:marker><c:symbol val="circle"/><c:size val="4"/>' \
               f"<c:spPr>{colour}</c:spPr></c:marker>" if lines else f"<c:spPr>{colour}</c:spPr>" \
               '<c:invertIfNegative val="0"/>'  # fmt: skip
        smooth = '<c:smooth val="0"/>' if lines else ""
        title = f"<c:tx><c:v>{escape(in_xml(name))}</c:v></c:tx>" if name else ""
        values = [(index, text) for index, text in enumerate(numbers) if text]
        yield (
            f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>{title}{look}'
            f"<c:cat><c:strLit>{_points(len(labels), list(enumerate(labels)))}</c:strLit></c:cat>"
            f"<c:val><c:numLit>{_points(len(labels), values)}</c:numLit></c:val>{smooth}</c:ser>"
        )


def _points(count: int, texts: Sequence[tuple[int, str]]) -> str:
    points = "".join(f'<c:pt idx="{index}"><c:v>{escape(in_xml(text))}</c:v></c:pt>' for index, text in texts)
    return f'<c:ptCount val="{count}"/>{points}'


def _axes(lying: bool, language: str) -> str:
    order, place, side = ("maxMin", "l", "t") if lying else ("minMax", "b", "l")
    text = _TEXT.format(language_tag(language))
    common = '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{place}"/>{common}{_RULE}{text}<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{side}"/><c:majorGridlines>{_RULE}</c:majorGridlines>'
        f'<c:numFmt formatCode="#,##0" sourceLinked="0"/>{common}{_NO_LINE}{text}<c:crossAx val="1"/>'
        f'<c:crosses val="{"max" if lying else "autoZero"}"/></c:valAx>'
    )


def inline(figure: Facts, reference: str, number: int) -> str:
    """A run that shows the chart part called ``reference``."""
    height = (len(figure["labels"]) * 18 + 40) * EMU if not figure["monthly"] else 190 * EMU
    size = f'cx="{_WIDTH}" cy="{height}"'
    return (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr id="{number}" name="chart {number}" '
        f'descr="{escape(figure["title"], {chr(34): "&quot;"})}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'r:id="{reference}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )
