import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pypdf import PdfReader

from kernel.errors import Refused
from signing.making.cms import signed_attributes, signed_data
from signing.making.two_phase import complete, prepare_signature
from tests.unit.signing.desk import Desk, picture, reserved

SIGNER_SIGNATURE = "SignerSignature"
DIGEST = bytes(range(32))
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Holder:
    """Somebody with a key of any kind and a certificate by a small authority."""

    certificate: bytes
    chain: tuple[bytes, ...]
    key: PrivateKey

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject: str, key: object, issuer: str, issuer_key: PrivateKey, serial: int = 1
) -> bytes:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())  # type: ignore[attr-defined]  # a key of any kind
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=subject == "Gốc", path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(Encoding.DER)


def holder(key: PrivateKey, serial: int = 1) -> Holder:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("Gốc", root_key, "Gốc", root_key)
    return Holder(certificate("Nguyễn Văn Đức", key, "Gốc", root_key, serial), (root,), key)


KEYS = {
    "RSA-2048": rsa.generate_private_key(65537, 2048),
    "RSA-3072": rsa.generate_private_key(65537, 3072),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
}


def container(by: Holder, digest: bytes = DIGEST) -> bytes:
    attributes = signed_attributes(by.certificate, digest)
    return signed_data(attributes, by.sign(attributes), by.certificate, by.chain)


def openssl_agrees(folder: Path, container: bytes, content: bytes, root: bytes) -> bool:
    (folder / "signature.der").write_bytes(container)
    (folder / "content").write_bytes(content)
    pem = x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM)
    (folder / "root.pem").write_bytes(pem)
    command = "openssl cms -verify -cades -inform DER -in signature.der -binary -content content"
    result = subprocess.run(
        [*command.split(), "-CAfile", "root.pem", "-purpose", "any", "-out", "/dev/null"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return result.returncode == 0


@pytest.mark.parametrize("kind", KEYS)
def test_openssl_verifies_a_signed_document(tmp_path: Path, kind: str) -> None:
    by = holder(KEYS[kind])
    prepared = prepare_signature(
        reserved(),
        by.certificate,
        by.chain,
        picture=picture(SIGNER_SIGNATURE),
        signed_at=datetime.now(UTC),
        reason="Ký",
        location="Cần Thơ",
    )

    pdf = complete(prepared, by.sign(prepared.attributes))

    field = PdfReader(BytesIO(pdf)).get_fields()[SIGNER_SIGNATURE]  # type: ignore[index]
    start, end, behind, size = field["/V"]["/ByteRange"]
    content = pdf[start:end] + pdf[behind : behind + size]
    der = bytes.fromhex(pdf[end + 1 : behind - 1].decode())
    der = asn1_cms.ContentInfo.load(der).dump()  # without the zeros that fill its place
    assert behind + size == len(pdf)
    assert openssl_agrees(tmp_path, der, content, by.chain[0])
    assert not openssl_agrees(tmp_path, der, content + b" ", by.chain[0])


@pytest.mark.parametrize("kind", KEYS)
def test_the_container_is_what_pades_asks_for(kind: str) -> None:
    by = holder(KEYS[kind])

    info = asn1_cms.ContentInfo.load(container(by), strict=True)

    data = info["content"]
    (signer,) = data["signer_infos"]
    assert info["content_type"].native == "signed_data"
    assert data["encap_content_info"]["content"].native is None
    assert {a["type"].native for a in signer["signed_attrs"]} == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    assert signer["digest_algorithm"]["algorithm"].native == "sha256"
    assert signer["sid"].name == "issuer_and_serial_number"


@pytest.mark.parametrize("serial", [1, 127, 128, 255, 256, 2**63, 2**158 + 3])
def test_the_signer_is_named_by_the_serial_number_of_the_certificate(serial: int) -> None:
    by = holder(KEYS["P-256"], serial)

    data = asn1_cms.ContentInfo.load(container(by), strict=True)["content"]

    (named,) = (s["sid"].chosen for s in data["signer_infos"])
    (there,) = (c.chosen for c in data["certificates"])
    assert named["serial_number"].native == serial
    assert named["serial_number"].dump() == there["tbs_certificate"]["serial_number"].dump()
    assert named["issuer"].dump() == there.issuer.dump()


def test_every_set_is_ordered_as_der_asks() -> None:
    by = holder(KEYS["RSA-2048"])

    data = asn1_cms.ContentInfo.load(container(by), strict=True)["content"]

    attributes = [a.dump() for a in data["signer_infos"][0]["signed_attrs"]]
    assert attributes == sorted(attributes)
    again = asn1_cms.ContentInfo.load(container(by))
    assert again.dump(force=True) == again.dump()


def test_the_root_stays_at_home_and_the_issuer_travels(desk: Desk) -> None:
    attributes = signed_attributes(desk.leader.certificate, DIGEST)
    der = signed_data(
        attributes, desk.leader.sign(attributes), desk.leader.certificate, desk.leader.chain
    )

    certificates = [c.chosen for c in asn1_cms.ContentInfo.load(der)["content"]["certificates"]]

    assert desk.leader.certificate in {c.dump() for c in certificates}
    assert len(certificates) == 2
    assert all(c.issuer != c.subject for c in certificates)


def test_what_is_signed_is_a_few_bytes_and_never_the_document() -> None:
    by = holder(KEYS["RSA-2048"])

    attributes = signed_attributes(by.certificate, DIGEST)

    assert len(attributes) < 256
    assert DIGEST in attributes


@pytest.mark.parametrize("kind", KEYS)
def test_a_signature_of_another_key_never_gets_into_a_file(kind: str) -> None:
    by, stranger = holder(KEYS[kind]), holder(ec.generate_private_key(ec.SECP256R1()))
    attributes = signed_attributes(by.certificate, DIGEST)

    with pytest.raises(Refused) as refused:
        signed_data(attributes, stranger.sign(attributes), by.certificate, by.chain)

    assert refused.value.code == "signing.foreign_signature"


def test_a_signature_over_something_else_never_gets_into_a_file() -> None:
    by = holder(KEYS["RSA-2048"])
    attributes = signed_attributes(by.certificate, DIGEST)

    with pytest.raises(Refused) as refused:
        signed_data(attributes, by.sign(attributes + b"\0"), by.certificate, by.chain)

    assert refused.value.code == "signing.foreign_signature"


@pytest.mark.parametrize("der", [b"", b"chi la chu", b"\x30\x03\x02\x01\x03"])
def test_something_else_is_no_certificate(der: bytes) -> None:
    with pytest.raises(Refused) as refused:
        signed_attributes(der, DIGEST)

    assert refused.value.code == "signing.unreadable_certificate"


def test_something_else_among_the_issuers_is_refused() -> None:
    by = holder(KEYS["P-256"])
    attributes = signed_attributes(by.certificate, DIGEST)

    with pytest.raises(Refused) as refused:
        signed_data(attributes, by.sign(attributes), by.certificate, (b"chi la chu",))

    assert refused.value.code == "signing.unreadable_certificate"


def test_a_key_of_another_kind_is_refused() -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    other = certificate("Khóa lạ", ed25519.Ed25519PrivateKey.generate(), "Gốc", root_key)

    with pytest.raises(Refused) as refused:
        signed_attributes(other, DIGEST)

    assert refused.value.code == "signing.weak_key"


def test_certificates_that_do_not_fit_are_told(desk: Desk) -> None:
    by = holder(KEYS["P-256"])
    many = tuple(holder(KEYS["P-256"], 2**150 + number).certificate for number in range(40))
    prepared = prepare_signature(
        reserved(),
        by.certificate,
        many,
        picture=picture(SIGNER_SIGNATURE),
        signed_at=desk.now,
        reason="Ký",
        location="Cần Thơ",
    )

    with pytest.raises(Refused) as refused:
        complete(prepared, by.sign(prepared.attributes))

    assert refused.value.code == "signing.oversized_signature"
