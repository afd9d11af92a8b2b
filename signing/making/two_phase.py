"""Signing with a key that is not at hand (token, phone, remote service): prepare, sign, complete.

What is prepared can be kept for as long as the person needs; only ``Prepared.attributes`` go to the
key, never the document.
"""

from signing.making.embedding import Prepared, complete
from signing.making.seal import prepare_seal
from signing.making.signature import prepare_signature

__all__ = ["Prepared", "complete", "prepare_seal", "prepare_signature"]
