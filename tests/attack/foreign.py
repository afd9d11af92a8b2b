"""Another program that signs with a key of ours: pyHanko as it comes."""

from asn1crypto import x509
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.holding.keys import KeyHolder


class ForeignSigner(Signer):
    """Lets pyHanko build the whole signature."""

    def __init__(self, holder: KeyHolder) -> None:
        issuers = (x509.Certificate.load(der) for der in holder.chain)
        super().__init__(
            signing_cert=x509.Certificate.load(holder.certificate),
            cert_registry=SimpleCertificateStore.from_certs(issuers),
            embed_roots=False,
        )
        self._holder = holder

    async def async_sign_raw(self, data: bytes, *_: object) -> bytes:
        return self._holder.sign(data)
