"""Signing with a key that is not at hand (token, phone, remote service): prepare, sign, complete.

What is prepared can be kept for as long as the person needs; only ``Prepared.attributes`` go to the
key, never the document.
"""

from signing.embedding import Prepared, complete
from signing.seal import prepare_seal
from signing.signature import prepare_signature

__all__ = ["Prepared", "complete", "prepare_seal", "prepare_signature"]
