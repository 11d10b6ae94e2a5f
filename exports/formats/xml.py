"""One XML 1.0 document per table: its columns, keys and references, then a ``row`` with an element per column.

NULL is ``xsi:nil``; names that are no XML names are written by the rule of ISO 9075-14 (``_x0020_``); characters
that XML cannot hold become U+FFFD and are listed as changes; binary columns are base64. Beside the document
stands an XSD whose types are as tight as the values allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.sax.saxutils import quoteattr

from exports.contents import Column, Kind, Table
from exports.formats.base import Part
from exports.formats.changes import Reason
from exports.formats.documents import (
    NUMBERS,
    BlockNotes,
    Document,
    DocumentFormat,
    Marks,
    Treated,
    binaries,
    booleans,
    odd_numbers,
)
from exports.formats.xml_scan import scan
from exports.rows import NULL, Block, escape, unescape

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FOOT = b"</rows>\n</table>\n"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML 1.0 (production 2, Char) leaves out."""
_TAB, _TAB_AND_END = "\t", "\t>"
_REPLACEMENT = "\ufffd"
_ILLEGAL_ESCAPES = "\\b", "\\v", "\\f"
_MEANWHILE = "\b"
"""Stands for an unescaped backslash meanwhile: a character that is illegal here, so it is not in the text."""
_LETTER = "A-Z_a-zÀ-ÖØ-öø-ÿĀ-ıĴ-ľŁ-ňŊ-žΈ-ΊΎ-ΡΣ-ώЁ-ЌЎ-яё-ќў-ҁא-תء-غف-يぁ-ゔァ-ヺ一-龥가-힣"
"""Name characters of the fourth and the fifth edition of XML 1.0 alike, since parsers of both are in use."""
_NO_NAME = re.compile(rf"[^{_LETTER}0-9.\-]|_(?=x)|^[0-9.\-]|^[Xx](?=[Mm][Ll])")


def element_name(name: str) -> str:
    """An NCName for any identifier (ISO 9075-14, 9.1, fully escaped); ``row`` is ours alone and written escaped."""
    if name == "row":
        return "_x0072_ow"
    return _NO_NAME.sub(lambda match: f"_x{ord(match[0]):04X}_", name)


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(_ILLEGAL.sub(_REPLACEMENT, value))}" for name, value in values.items())


class XmlTable(Document):
    """Writes one table's XML documents and, at the end, its XSD."""

    name = "xml"
    row_ends = "<row>", "</row>\n"

    def __init__(self, table: Table, sink: Sink, changes: Changes[Any], parts: list[Part], *, trusted: bool) -> None:
        self._names = [element_name(column.name) for column in table.columns]
        self._loose: set[int] = set()
        """Columns with a value that is not of their type (only where the engine is not trusted)."""
        self._converted = {Kind.BOOLEAN, Kind.BINARY} | (set() if trusted else NUMBERS)
        super().__init__(table, sink, changes, parts, trusted=trusted)

    def head(self, number: int) -> bytes:
        table = self.table
        location = {"xmlns:xsi": _XSI, "xsi:noNamespaceSchemaLocation": f"{table.stem}.xsd"}
        about = {"store": table.store, "schema": table.schema, "name": table.name, "category": table.category.value}
        lines = [f"<table{_attributes(**location, **about, part=str(number))}>", "<columns>"]
        for name, column in zip(self._names, self.columns, strict=True):
            encoding = {"encoding": "base64"} if column.kind is Kind.BINARY else {}
            lines.append(f"<column{_attributes(name=column.name, type=column.type, element=name, **encoding)}/>")
        lines += ["</columns>", "<primaryKey>"]
        lines += [f"<column{_attributes(name=name)}/>" for name in table.primary_key]
        lines += ["</primaryKey>", "<foreignKeys>"]
        for key in table.foreign_keys:
            lines.append(f"<foreignKey{_attributes(schema=key.target_schema, table=key.target)}>")
            pairs = zip(key.columns, key.target_columns, strict=True)
            lines += [f"<column{_attributes(name=name, references=target)}/>" for name, target in pairs]
            lines.append("</foreignKey>")
        lines += ["</foreignKeys>", "<rows>", ""]
        return (_PROLOG + "\n".join(lines)).encode()

    def foot(self) -> bytes:
        return _FOOT

    def marks(self) -> list[Marks]:
        return [Marks(f"<{name}>", f"</{name}>", f"<{name}", f"</{name}>") for name in self._names]

    def treated(self, block: Block, notes: BlockNotes) -> Iterator[Treated]:
        illegal = _is_illegal(block)
        awkward = illegal or block.has_backslash or any(mark in block.data for mark in (b"<", b"&", b">"))
        for index, column in enumerate(self.columns):
            if not awkward and column.kind not in self._converted:
                continue
            values: Sequence[str] = block.columns[index]
            odd: list[int] = []
            if column.kind is Kind.BOOLEAN:
                values, odd = booleans(values, null=NULL)
            elif column.kind is Kind.BINARY:
                values, odd = binaries(values)
                notes.column(column, Reason.BINARY_ENCODED)
            elif column.kind in NUMBERS and not self.trusted:
                odd = odd_numbers(values, column.kind)
            if odd:
                self._loose.add(index)
            yield Treated(index, *_texts(column, values, notes, illegal=illegal))

    def close(self) -> None:
        super().close()
        entry = self._sink.open(f"{self.stem}.xsd")
        entry.write(self._schema().encode())
        entry.close()
        for name, column in zip(self._names, self.columns, strict=True):
            if name != column.name:
                self._changes.column_note(f"{self.stem}.xml", column.name, Reason.NAME_CHANGED)

    def _schema(self) -> str:
        elements = [
            f'<xs:element name="{name}" type="{self._type(index)}" nillable="{self._nillable(column)}"/>'
            for index, (name, column) in enumerate(zip(self._names, self.columns, strict=True))
        ]
        return _XSD.replace("<!--columns-->", "\n".join(elements))

    def _nillable(self, column: Column) -> str:
        return "true" if column.nullable or not self.trusted else "false"

    def _type(self, index: int) -> str:
        kind = self.columns[index].kind
        if index in self._loose:
            return "xs:string"
        return (_TYPES | _POSTGRESQL_TYPES if self.trusted else _TYPES).get(kind, "xs:string")


def _is_illegal(block: Block) -> bool:
    """Whether a character that XML cannot hold stands unescaped in the block."""
    return block.has_controls or (not block.text.isascii() and ("\ufffe" in block.text or "\uffff" in block.text))


def _texts(column: Column, values: Sequence[str], notes: BlockNotes, *, illegal: bool) -> tuple[Sequence[str], bool]:
    r"""Element content, or with the end of its start tag (``bare``) where NULL makes some of them ``xsi:nil``.

    Escaped values hold no ``>``; so behind a ``>`` put before each field, an escape ``\N`` is a NULL field.
    """
    if illegal:
        values = _legal(column, values, notes)
    text = "\t".join(values)
    marked = "<" in text or ">" in text or "&" in text
    if marked:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\\" not in text:
        return (text.split("\t") if marked else values), False
    text = text.replace("\\\\", _MEANWHILE)
    if nil := "\\N" in text:
        text = f">{text.replace(_TAB, _TAB_AND_END)}".replace(">\\N", ' xsi:nil="true">')
    if "\\" in text:
        if any(escaped in text for escaped in _ILLEGAL_ESCAPES):
            return _texts(column, values, notes, illegal=True)
        text = text.replace("\\n", "\n").replace("\\t", "&#9;").replace("\\r", "&#13;")
    return text.replace(_MEANWHILE, "\\").split("\t"), nil


def _legal(column: Column, values: Sequence[str], notes: BlockNotes) -> Sequence[str]:
    """Fields in which U+FFFD stands for what XML cannot hold."""
    odd = [index for index, value in enumerate(values) if _ILLEGAL.search(unescape(value))]
    if not odd:
        return values
    notes.cells(column, Reason.REPLACED_CHARACTERS, values, odd)
    written = list(values)
    for index in odd:
        written[index] = escape(_ILLEGAL.sub(_REPLACEMENT, unescape(values[index])))
    return written


_TYPES = {
    Kind.INTEGER: "xs:integer",
    Kind.DECIMAL: "decimal",
    Kind.FLOAT: "xs:double",
    Kind.BOOLEAN: "xs:boolean",
    Kind.BINARY: "xs:base64Binary",
}
_POSTGRESQL_TYPES = {Kind.FLOAT: "float", Kind.DATE: "date"}
_XSD = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="beyond">
<xs:annotation>
<xs:documentation>Numbers with more digits than a processor must know, NaN, infinities</xs:documentation>
</xs:annotation>
<xs:restriction base="xs:string"><xs:pattern value="-?[0-9]+(\\.[0-9]+)?|NaN|-?Infinity"/></xs:restriction>
</xs:simpleType>
<xs:simpleType name="decimal"><xs:union memberTypes="xs:decimal beyond"/></xs:simpleType>
<xs:simpleType name="float"><xs:union memberTypes="xs:double beyond"/></xs:simpleType>
<xs:simpleType name="remote">
<xs:restriction base="xs:string"><xs:pattern value="-?infinity|[0-9]{4,}-[0-9]{2}-[0-9]{2}( BC)?"/></xs:restriction>
</xs:simpleType>
<xs:simpleType name="date"><xs:union memberTypes="xs:date remote"/></xs:simpleType>
<xs:complexType name="named">
<xs:attribute name="name" type="xs:string" use="required"/>
<xs:attribute name="type" type="xs:string"/>
<xs:attribute name="element" type="xs:NCName"/>
<xs:attribute name="encoding" type="xs:string"/>
<xs:attribute name="references" type="xs:string"/>
</xs:complexType>
<xs:complexType name="names">
<xs:sequence><xs:element name="column" type="named" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
<xs:attribute name="schema" type="xs:string"/>
<xs:attribute name="table" type="xs:string"/>
</xs:complexType>
<xs:element name="table">
<xs:complexType>
<xs:sequence>
<xs:element name="columns" type="names"/>
<xs:element name="primaryKey" type="names"/>
<xs:element name="foreignKeys">
<xs:complexType>
<xs:sequence><xs:element name="foreignKey" type="names" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
</xs:complexType>
</xs:element>
<xs:element name="rows">
<xs:complexType>
<xs:sequence>
<xs:element name="row" minOccurs="0" maxOccurs="unbounded">
<xs:complexType>
<xs:sequence>
<!--columns-->
</xs:sequence>
</xs:complexType>
</xs:element>
</xs:sequence>
</xs:complexType>
</xs:element>
</xs:sequence>
<xs:attribute name="store" type="xs:string" use="required"/>
<xs:attribute name="schema" type="xs:string" use="required"/>
<xs:attribute name="name" type="xs:string" use="required"/>
<xs:attribute name="category" type="xs:string" use="required"/>
<xs:attribute name="part" type="xs:positiveInteger" use="required"/>
</xs:complexType>
</xs:element>
</xs:schema>
"""


def create(sink: Sink, changes: Changes[Any], **options: Any) -> DocumentFormat:
    """Option ``engines``: store → engine; a store that is not ``postgresql`` has every typed value checked."""
    return DocumentFormat(XmlTable, "xml", sink, changes, options.get("engines", {}))


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Count the rows by the grammar of the document; raises ``ReadBackError``."""
    (stem,) = part.rows
    return {stem: scan(stream, part.path, _FOOT)}
