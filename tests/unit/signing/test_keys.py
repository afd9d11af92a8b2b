from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from kernel.errors import Refused
from signing.checking.verdict import Conclusion
from signing.holding.keys import Pkcs12Key, facts
from tests.unit.signing.desk import PASSPHRASE, Desk

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate(key: PrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Đỗ Thị Bưởi")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def container(key: PrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"k", key, certificate(key), None, encryption)


def protected(algorithm: pkcs12.PBES, digest: hashes.HashAlgorithm) -> object:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000)
    return builder.key_cert_algorithm(algorithm).hmac_hash(digest).build(PASSPHRASE.encode())


STRONG = (pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256())


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_a_container_opens_with_its_passphrase(rsa_key: rsa.RSAPrivateKey) -> None:
    key = Pkcs12Key.open(container(rsa_key, protected(*STRONG)), PASSPHRASE)

    assert facts(key.certificate).subject_name == "Đỗ Thị Bưởi"
    rsa_key.public_key().verify(key.sign(b"x"), b"x", padding.PKCS1v15(), hashes.SHA256())


def test_an_elliptic_key_signs_too(desk: Desk) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    key = Pkcs12Key.open(container(private, protected(*STRONG)), PASSPHRASE)

    private.public_key().verify(key.sign(b"x"), b"x", ec.ECDSA(hashes.SHA256()))
    (signature,) = desk.verdict(desk.signed(key), expecting=False).signatures
    assert signature.integrity == "INTACT"


def test_a_wrong_passphrase_is_told(rsa_key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(container(rsa_key, protected(*STRONG)), "khác")

    assert refused.value.code == "signing.wrong_passphrase"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        (pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA256()),
        (pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA1()),  # noqa: S303 - what is refused
    ],
)
def test_a_container_with_outdated_protection_is_refused(
    rsa_key: rsa.RSAPrivateKey, algorithm: pkcs12.PBES, digest: hashes.HashAlgorithm
) -> None:
    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(container(rsa_key, protected(algorithm, digest)), PASSPHRASE)

    assert refused.value.code == "signing.weak_container"


def test_an_unprotected_container_is_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(container(rsa_key, serialization.NoEncryption()), PASSPHRASE)

    assert refused.value.code == "signing.weak_container"


@pytest.mark.parametrize("data", [b"", b"chi la chu", b"\x30\x03\x02\x01\x03"])
def test_something_else_is_no_container(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(data, PASSPHRASE)

    assert refused.value.code == "signing.unreadable_container"


def test_a_container_without_a_key_is_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    only = pkcs12.serialize_key_and_certificates(
        b"k", None, None, [certificate(rsa_key)], protected(*STRONG)
    )

    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(only, PASSPHRASE)

    assert refused.value.code == "signing.empty_container"


def test_a_short_key_is_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what is refused

    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(container(short, protected(*STRONG)), PASSPHRASE)

    assert refused.value.code == "signing.weak_key"


def test_a_key_that_is_not_the_certificates_is_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    mixed = pkcs12.serialize_key_and_certificates(
        b"k", rsa_key, None, [certificate(stranger)], protected(*STRONG)
    )

    with pytest.raises(Refused) as refused:
        Pkcs12Key.open(mixed, PASSPHRASE)

    assert refused.value.code in {"signing.key_mismatch", "signing.empty_container"}


def test_a_key_never_shows_itself(desk: Desk) -> None:
    assert repr(desk.leader) == "Pkcs12Key()"
    assert str(desk.leader) == "Pkcs12Key()"


def test_a_certificate_tells_its_facts(desk: Desk) -> None:
    read = facts(desk.leader.certificate)

    assert len(read.fingerprint) == 64
    assert read.subject_name == "Nguyễn Văn Đức"
    assert read.organisation == "THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    assert read.issuer_name.startswith("CA cấp chứng thư số thử nghiệm")
    assert read.key_type == "RSA-2048"
    assert read.not_before < desk.now < read.not_after


def test_something_else_is_no_certificate() -> None:
    with pytest.raises(Refused) as refused:
        facts(b"chi la chu")

    assert refused.value.code == "signing.unreadable_certificate"


def test_a_document_signed_by_an_unknown_authority_is_not_trusted(
    desk: Desk, rsa_key: rsa.RSAPrivateKey
) -> None:
    stranger = Pkcs12Key.open(container(rsa_key, protected(*STRONG)), PASSPHRASE)

    verdict = desk.verdict(desk.signed(stranger), expecting=False)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert verdict.trust == "UNTRUSTED"
