"""Which files a packet carries: the manifest and the encoded files, joined by their ids.

A file that the manifest names and the packet lacks, or the other way round, means that something
was lost or slipped in; only a packet without any manifest is taken by its files alone.
"""

from collections.abc import Iterable

from exchange.attachments import ARCHIVE, content_type, decode, safe_name, unpack
from exchange.fields import Fields, required
from exchange.findings import PacketRefused
from exchange.markup import Element, child, children, is_empty
from exchange.packet import Attachment

MARK = "cid:"


def attachments(fields: Fields, root: Element) -> tuple[Attachment, ...]:
    """Read the files in the manifest's order (exchange a.7).

    Raises:
        PacketRefused: Manifest and files do not agree, or a file cannot be taken.
    """
    manifest = children(root, "edXMLEnvelope", "edXMLBody", "edXMLManifest", "Reference")
    references = _by_id(fields, (element for element in manifest if not is_empty(element)))
    encoded = _by_id(fields, children(root, "AttachmentEncoded", "Attachment"))
    if encoded and not references:
        fields.note("exchange.manifest_missing", "edXMLManifest")
        references = encoded
    for content_id in references.keys() - encoded.keys():
        raise PacketRefused("exchange.reference_without_attachment", id=content_id)
    for content_id in encoded.keys() - references.keys():
        raise PacketRefused("exchange.unlisted_attachment", id=content_id)
    taken: list[Attachment] = []
    left = fields.limits.unpacked_bytes
    for content_id, reference in references.items():
        taken.append(_attachment(fields, content_id, reference, encoded[content_id]))
        left -= len(taken[-1].data)
        if left < 0:
            raise PacketRefused("exchange.unpacked_too_large", name=taken[-1].name)
    return tuple(taken)


def bare_id(content_id: str) -> str:
    """Strip every leading ``cid:``; relaying libraries double it."""
    while content_id.startswith(MARK):
        content_id = content_id.removeprefix(MARK).lstrip()
    return content_id


def _by_id(fields: Fields, elements: Iterable[Element]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in elements:
        content_id = required(bare_id(fields.text(element, "ContentId")), "Attachment/ContentId")
        if content_id in found:
            raise PacketRefused("exchange.duplicate_content_id", id=content_id)
        found[content_id] = element
    return found


def _attachment(
    fields: Fields, content_id: str, reference: Element, encoded: Element
) -> Attachment:
    written = fields.text(encoded, "AttachmentName") or fields.text(reference, "AttachmentName")
    name = safe_name(required(written, "Attachment/AttachmentName"))
    if name != written:
        fields.note("exchange.attachment_renamed", name, written)
    data, label = _file(fields, name, encoded)
    return Attachment(
        content_id=content_id,
        name=name,
        content_type=label,
        data=data,
        description=fields.text(encoded, "Description") or fields.text(reference, "Description"),
    )


def _file(fields: Fields, name: str, encoded: Element) -> tuple[bytes, str]:
    """Give the file and what it is; the sender's own label is not looked at."""
    content = child(encoded, "ContentTransferEncoded")
    data = decode((content.text or "") if content is not None else "", name)
    unpacked = unpack(name, data, fields.limits)
    if unpacked is None:
        fields.note("exchange.disguised_archive", name)
        return data, ARCHIVE
    if not unpacked:
        raise PacketRefused("exchange.empty_attachment", name=name)
    if len(unpacked) > fields.limits.attachment_bytes:
        raise PacketRefused("exchange.unpacked_too_large", name=name)
    return unpacked, content_type(name)
