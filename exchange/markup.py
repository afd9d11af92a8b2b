"""From bytes to an XML tree that cannot hurt, and steps within it by name.

The packet's prefixes mean nothing: names are those of one namespace. A document type declaration is
refused before any parser sees it, and markup is counted before a parser makes objects of it; with
that done the parser's own guard (``huge_tree`` off) would only stop honest files above 7 MB, since
it lets no text pass 10 million characters.
"""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from exchange.findings import PacketRefused
from exchange.limits import Limits

Element = _Element

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
ROOT = "edXML"

_TOO_MUCH = 114  # libxml2's code where one of its own guards stops the reading


def parse(data: bytes, limits: Limits) -> Element:
    """Give the root element ``edXML``.

    Raises:
        PacketRefused: It is no form A packet, or more than the limits allow.
    """
    if len(data) > limits.packet_bytes:
        raise PacketRefused("exchange.too_large", limit=limits.packet_bytes // 1024**2)
    if b"<!DOCTYPE" in data:  # the encoding is fixed below, so it cannot hide in another
        raise PacketRefused("exchange.doctype")
    if max(data.count(sign) for sign in (b"<", b'"', b"'")) > limits.markup:
        raise PacketRefused("exchange.too_complex")
    root = _tree(data)
    _require_shallow(root, limits.depth)
    name = etree.QName(root)
    if name.localname == ROOT and name.namespace is None:
        raise PacketRefused("exchange.no_namespace")
    if (name.namespace, name.localname) != (NAMESPACE, ROOT):
        raise PacketRefused("exchange.not_edxml", root=root.tag[:200])
    return root


def child(parent: Element | None, *path: str) -> Element | None:
    """Give the first element at a path of local names."""
    return None if parent is None else parent.find(_steps(path))


def children(parent: Element | None, *path: str) -> list[Element]:
    """Give every element at a path of local names."""
    return [] if parent is None else parent.findall(_steps(path))


def is_empty(element: Element) -> bool:
    """Tell whether an element holds no text at all; such a one counts as absent (exchange a.1)."""
    return not any(text.strip() for text in element.itertext())


def local_name(element: Element) -> str:
    """Give an element's name without its namespace."""
    return etree.QName(element).localname


def _steps(path: tuple[str, ...]) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path)


def _tree(data: bytes) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == _TOO_MUCH:  # type: ignore[attr-defined]  # the stubs lack it
            raise PacketRefused("exchange.too_deep") from error
        line = error.lineno or 0
        raise PacketRefused("exchange.not_xml", line=line) from error


def _require_shallow(root: Element, depth: int) -> None:
    below: list[Iterator[Element]] = [iter(root)]
    while below:
        if len(below) > depth:
            raise PacketRefused("exchange.too_deep")
        deeper = next(below[-1], None)
        if deeper is None:
            below.pop()
        else:
            below.append(iter(deeper))
