"""A token in software for tests: SoftHSM with a folder and a configuration of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pkcs11
import pytest
from asn1crypto.keys import PublicKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_der_public_key,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, OFFICER = "246810", "1357911"
CONFIGURATION = "SOFTHSM2_CONF"


@dataclass(frozen=True)
class SoftToken:
    """One token; ``pull`` and ``put_back`` do what a hand at the USB port does."""

    folder: Path
    label: str

    @property
    def drawer(self) -> Path:
        return self.folder.with_name("drawer")

    def pull(self) -> None:
        shutil.move(self.folder, self.drawer)
        self.folder.mkdir()

    def put_back(self) -> None:
        self.folder.rmdir()
        shutil.move(self.drawer, self.folder)

    def generate(
        self,
        label: str,
        kind: KeyType = KeyType.RSA,
        *,
        bits: int = 2048,
        extractable: bool = False,
        pin_each_time: bool = False,
    ) -> bytes:
        """Make a key pair on the token and give the public key, DER."""
        with self._open() as session:
            number = bytes([1 + len([*session.get_objects(PRIVATE)])])
            private = {
                Attribute.EXTRACTABLE: extractable,
                Attribute.SENSITIVE: not extractable,
                Attribute.ALWAYS_AUTHENTICATE: pin_each_time,
            }
            named = {"id": number, "label": label, "store": True, "private_template": private}
            if kind is KeyType.RSA:
                public, _ = session.generate_keypair(KeyType.RSA, bits, **named)
                return PublicKeyInfo.wrap(encode_rsa_public_key(public), "rsa").dump()
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
            public, _ = parameters.generate_keypair(mechanism=Mechanism.EC_KEY_PAIR_GEN, **named)
            return encode_ec_public_key(public)

    def store(self, label: str, certificate: bytes) -> None:
        """Put a certificate on the token, beside the key of that label."""
        with self._open() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
            self._put(session, certificate, label, key.id)

    def store_issuer(self, certificate: bytes) -> None:
        with self._open() as session:
            self._put(session, certificate, "CA", b"\xca")

    @staticmethod
    def _put(session: pkcs11.Session, der: bytes, label: str, number: bytes) -> None:
        read = x509.load_der_x509_certificate(der)
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: label,
                Attribute.ID: number,
                Attribute.SUBJECT: read.subject.public_bytes(),
                Attribute.VALUE: der,
            }
        )

    @contextmanager
    def _open(self) -> Iterator[pkcs11.Session]:
        library = pkcs11.lib(MODULE)
        library.reinitialize()
        with library.get_token(token_label=self.label).open(rw=True, user_pin=PIN) as session:
            yield session


PRIVATE = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}


@contextmanager
def soft_token(folder: Path, label: str) -> Iterator[SoftToken]:
    """Make an empty token; this process and those it starts see it meanwhile, and no other."""
    before = os.environ.get(CONFIGURATION)
    token = _made(folder, label)
    try:
        yield token
    finally:
        pkcs11.lib(MODULE).finalize()
        if before is None:
            os.environ.pop(CONFIGURATION, None)
        else:
            os.environ[CONFIGURATION] = before


def _made(folder: Path, label: str) -> SoftToken:
    if not shutil.which("softhsm2-util"):
        pytest.fail("SoftHSM is not installed; on Debian: apt-get install softhsm2")
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    os.environ[CONFIGURATION] = str(configuration)
    words = ("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", OFFICER)
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    pkcs11.lib(MODULE).reinitialize()
    return SoftToken(tokens, label)


def issue(authority: Path, public: bytes, name: str) -> bytes:
    """Issue a certificate for a key that was made on a token.

    Args:
        authority: The folder of the demonstration's authority.
        public: The public key, DER.
        name: The holder.
    """
    issuer = issuing_certificate(authority)
    key = load_pem_private_key((authority / "keys" / "issuing.pem").read_bytes(), None)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    template = (
        x509.CertificateBuilder(issuer.subject, subject, load_der_public_key(public))
        .serial_number(x509.random_serial_number())
        .not_valid_before(issuer.not_valid_before_utc)
        .not_valid_after(issuer.not_valid_before_utc + timedelta(days=900))
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False),  # noqa: FBT003 - its nine flags
            critical=True,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
        .add_extension(x509.CRLDistributionPoints([_list_of(authority)]), critical=False)
    )
    return template.sign(key, SHA256()).public_bytes(Encoding.DER)


def _list_of(authority: Path) -> x509.DistributionPoint:
    sources = json.loads((authority.parent / "trust" / "sources.json").read_text())
    (url,) = (source["crl_url"] for source in sources if source["issuer"] == "issuing")
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def issuing_certificate(authority: Path) -> x509.Certificate:
    file = authority.parent / "trust" / "intermediates" / "issuing.pem"
    return x509.load_pem_x509_certificate(file.read_bytes())
