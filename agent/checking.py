"""What the agent sees for itself before it signs: it never signs a digest that somebody hands it.

The file is put together from the bytes the person was shown and what the server would append; the
digest is taken of that file, and what the key signs is worked out from the digest and the device's
certificate. If the server asks for anything else, nothing is signed.
"""

import re
from hashlib import sha256

from agent.door import Listed, Prepared
from kernel.errors import Refused
from signing.making.cms import signed_attributes

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def require_shown(listed: Listed, shown: bytes) -> None:
    """See that the bytes are those whose name the person's page shows.

    Raises:
        Refused: ``agent.bytes_differ``.
    """
    if sha256(shown).hexdigest() != listed.sha256:
        raise Refused("agent.bytes_differ")


def whole(shown: bytes, prepared: Prepared) -> bytes:
    """Give the file as it will be signed, its signature still empty, if it holds together.

    Raises:
        Refused: ``agent.digest_differs``.
    """
    pdf = shown + prepared.appended
    begin, end = prepared.contents
    hole = pdf[begin - 1 : end + 1]
    ranges = [tuple(map(int, found)) for found in _BYTE_RANGE.findall(prepared.appended)]
    sound = (
        len(shown) < begin < end < len(pdf)
        and ranges == [(begin - 1, end + 1, len(pdf) - end - 1)]
        and hole[:1] + hole[-1:] == b"<>"
        and not hole[1:-1].strip(b"0")
    )
    if not sound:
        raise Refused("agent.digest_differs")
    return pdf


def attributes_of(pdf: bytes, prepared: Prepared, certificate: bytes) -> bytes:
    """Give what the key signs, worked out here, if it is what the server asks for.

    Raises:
        Refused: ``agent.digest_differs``.
    """
    begin, end = prepared.contents
    digest = sha256(pdf[: begin - 1] + pdf[end + 1 :]).digest()
    attributes = signed_attributes(certificate, digest)
    if attributes != prepared.attributes:
        raise Refused("agent.digest_differs")
    return attributes
