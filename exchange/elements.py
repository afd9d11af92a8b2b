"""Elements of a packet made from names and texts, in the common library's spelling of XML.

A part is a name with a text, or with parts. Empty ones are left out, texts are made precomposed,
and none may be longer than the standard's field or hold what XML cannot carry.
"""

import re
from collections.abc import Sequence

from lxml import etree

from exchange.findings import PacketRefused
from exchange.limits import Limits
from exchange.markup import NAMESPACE, ROOT, Element, local_name
from kernel.text import nfc

Part = tuple[str, "str | Sequence[Part]"]

_DEFAULT = {None: NAMESPACE}
_PREFIXED = {"edXML": NAMESPACE}

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXACT = {"OrganId", "DocumentId"}
"""Compared by others character by character, so never normalised here."""

_ANY_LENGTH = Limits().text
_LENGTHS = {  # exchange a.2
    "OrganId": 35,
    "OrganizationInCharge": 200,
    "OrganName": 200,
    "OrganAdd": 250,
    "Email": 100,
    "Telephone": 20,
    "Fax": 50,
    "Website": 100,
    "DocumentId": 255,
    "CodeNumber": 11,
    "CodeNotation": 30,
    "PromulgationInfo/Place": 50,
    "TypeName": 100,
    "Subject": 500,
    "Content": 500,
    "Competence": 100,
    "Position": 100,
    "FullName": 50,
    "SphereOfPromulgation": 100,
    "TyperNotation": 10,
    "Appendix": 250,
    "ToPlaces/Place": 150,
    "BussinessDocReason": 500,
}
"""Characters; where two sources differ, the larger, as a long website is no reason not to send."""


def new_root() -> tuple[Element, Element]:
    """Make the root and the envelope; below the envelope names bear the prefix."""
    root = etree.Element(
        _tag(ROOT),
        nsmap=_DEFAULT,  # type: ignore[arg-type]  # the stubs forget the namespace without prefix
    )
    return root, etree.SubElement(root, _tag("edXMLEnvelope"), nsmap=_PREFIXED)


def add(parent: Element, part: Part) -> None:
    """Add a part below an element, or nothing if it is empty.

    Raises:
        PacketRefused: A text does not fit.
    """
    name, content = part
    if isinstance(content, str):
        _add_text(parent, name, content)
        return
    group = etree.SubElement(parent, _tag(name))
    for inner in content:
        add(group, inner)
    if not len(group):
        parent.remove(group)


def _add_text(parent: Element, name: str, text: str) -> None:
    fit = _fit(f"{local_name(parent)}/{name}", name, text.strip())
    if fit:
        etree.SubElement(parent, _tag(name)).text = fit


def add_encoded(parent: Element, base64: str) -> None:
    """Add a file's base64 text; the library repeats the prefix's meaning there, so it is kept."""
    element = etree.SubElement(parent, _tag("ContentTransferEncoded"), nsmap=_PREFIXED)
    element.text = base64


def add_group(parent: Element, name: str, **attributes: str) -> Element:
    """Add an element that will hold others."""
    return etree.SubElement(parent, _tag(name), attributes)


def to_bytes(root: Element) -> bytes:
    """Give the packet's bytes: declaration, indent of two, CRLF."""
    etree.indent(root, "  ")
    text = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return (_DECLARATION + text + b"\n").replace(b"\n", b"\r\n")


def _fit(where: str, name: str, text: str) -> str:
    fit = text if name in _EXACT else nfc(text)
    if _UNFIT.search(fit):
        raise PacketRefused("exchange.unfit_character", field=where)
    limit = _LENGTHS.get(where) or _LENGTHS.get(name, _ANY_LENGTH)
    if len(fit) > limit:
        raise PacketRefused("exchange.field_too_long", field=where, limit=limit)
    return fit


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
