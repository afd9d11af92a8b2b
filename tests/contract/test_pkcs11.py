"""The seal on a token in the server room, with SoftHSM in the place of the device."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pkcs11
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import KeyType

from console.token import token as token_command
from kernel.errors import DomainError, Refused, Unavailable
from signing.checking.validate import validate
from signing.checking.verdict import Conclusion, ExpectedSignature
from signing.holding.keys import facts
from signing.holding.pkcs11 import Pkcs11Key, read_configuration
from signing.holding.token import caution, certificates_on
from signing.making.fields import AGENCY_SEAL, SIGNER_SIGNATURE
from tests.contract.softhsm import (
    MODULE,
    PIN,
    SoftToken,
    issue,
    issuing_certificate,
    soft_token,
)
from tests.contract.test_signer import Signer, closed
from tests.office import Desks
from tests.unit.signing.desk import Desk
from tests.unit.workflow.way import walk
from wiring.remote_desk import RemoteDesk
from workflow.signatures import certificates
from workflow.states import OutgoingState

DATA = "Quyết định số 123/QĐ-UBND".encode()
SEAL = "Ủy ban nhân dân phường Ninh Kiều"


@dataclass(frozen=True)
class Seal:
    """A seal key on a token, and the file that says where it lies."""

    token: SoftToken
    file: Path

    @property
    def pin_file(self) -> Path:
        return self.file.with_suffix(".pin")

    def key(self) -> Pkcs11Key:
        return Pkcs11Key(read_configuration(self.file))


@pytest.fixture
def token(tmp_path: Path) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "thiết bị", "Con dau") as token:
        yield token


def configured(token: SoftToken, *lines: str) -> Seal:
    """Write where the seal lies, as an administrator would."""
    seals = token.folder.parent / "seals"
    seals.mkdir()
    file = seals / "H13.toml"
    words = (f'module = "{MODULE}"', f'token = "{token.label}"', 'key = "dau"')
    file.write_text("\n".join((*words, 'pin_file = "H13.pin"', *lines)))
    seal = Seal(token, file)
    seal.pin_file.touch(0o600)
    seal.pin_file.write_text(f"{PIN}\n")
    return seal


def made(desk: Desk, token: SoftToken, kind: KeyType = KeyType.RSA, *lines: str) -> Seal:
    """A key made on the token, with a certificate of the demonstration's authority."""
    token.store("dau", issue(desk.folder / "ca", token.generate("dau", kind), SEAL))
    token.store_issuer(issuing_certificate(desk.folder / "ca").public_bytes(Encoding.DER))
    return configured(token, *lines)


def verify(certificate: bytes, signature: bytes, data: bytes = DATA) -> None:
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, RSAPublicKey):
        public.verify(signature, data, PKCS1v15(), SHA256())
    else:
        public.verify(signature, data, ECDSA(SHA256()))


@pytest.fixture
def province(desks: Desks, token: SoftToken) -> Iterator[Desks]:
    """The city, whose seal lies in a device at a signing process that really runs."""
    own = issue(desks.settings.var / "pki", token.generate("dau"), "UBND thành phố Cần Thơ")
    token.store("dau", own)
    register(desks, own)
    seals = desks.settings.keys_folder / "seals"
    for container in seals.glob("*.p12"):
        container.unlink()
    seal = configured(token)
    shutil.copy(seal.file, seals)
    shutil.copy(seal.pin_file, seals)
    signer, remote = Signer(desks), RemoteDesk(desks.settings.signer_socket_path)
    try:
        signer.start()
        yield replace(desks, office=replace(desks.office, desk=remote))
    finally:
        signer.kill()
        closed(remote)


def register(desks: Desks, der: bytes) -> None:
    with desks.office.act() as session:
        session.add(certificates.entry(der, desks.clock(), agency_id=desks.agency("ubnd")))


def refused(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as error:
        act()
    return error.value


@pytest.mark.parametrize("kind", [KeyType.RSA, KeyType.EC])
def test_a_document_sealed_on_the_device_is_valid_in_every_respect(
    desk: Desk, signed: bytes, token: SoftToken, kind: KeyType, tmp_path: Path
):
    seal = made(desk, token, kind).key()

    issued = desk.sealed(signed, seal)

    leader = facts(desk.leader.certificate).fingerprint
    expected = (
        ExpectedSignature(SIGNER_SIGNATURE, frozenset({leader}), "signer"),
        ExpectedSignature(AGENCY_SEAL, frozenset({facts(seal.certificate).fingerprint}), "agency"),
    )
    verdict = validate(issued, desk.trust, at=desk.now + timedelta(minutes=10), expected=expected)
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    (tmp_path / "issued.pdf").write_bytes(issued)
    told = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "issued.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert told.count("Signature is Valid") == 2


@pytest.mark.parametrize("kind", [KeyType.RSA, KeyType.EC])
def test_the_certificate_and_its_issuer_come_from_the_device(
    desk: Desk, token: SoftToken, kind: KeyType
):
    key = made(desk, token, kind).key()

    assert facts(key.certificate).subject_name == SEAL
    assert [facts(der).fingerprint for der in key.chain] == [
        facts(issuing_certificate(desk.folder / "ca").public_bytes(Encoding.DER)).fingerprint
    ]
    verify(key.certificate, key.sign(DATA))


def test_the_certificate_may_lie_in_a_file(desk: Desk, token: SoftToken):
    own = issue(desk.folder / "ca", token.generate("dau"), SEAL)
    seal = configured(token, 'certificate_file = "H13.pem"')
    issuer = issuing_certificate(desk.folder / "ca")
    pem = x509.load_der_x509_certificate(own).public_bytes(Encoding.PEM)
    seal.file.with_suffix(".pem").write_bytes(pem + issuer.public_bytes(Encoding.PEM))

    key = seal.key()

    assert (key.certificate, key.chain) == (own, (issuer.public_bytes(Encoding.DER),))
    verify(own, key.sign(DATA))


def test_anybody_may_read_the_certificates_without_a_pin(desk: Desk, token: SoftToken):
    made(desk, token)

    assert {facts(found.certificate).subject_name for found in certificates_on(MODULE)} >= {SEAL}


def test_a_device_that_is_pulled_out_and_put_back_goes_on_signing(desk: Desk, token: SoftToken):
    key = made(desk, token).key()
    key.sign(DATA)

    token.pull()
    away = refused(lambda: key.sign(DATA))
    token.put_back()

    assert (type(away), away.code) == (Unavailable, "pkcs11.token_away")
    verify(key.certificate, key.sign(DATA))


def test_the_session_of_a_second_seal_survives_the_loss_of_the_first(desk: Desk, token: SoftToken):
    seal = made(desk, token)
    one, other = seal.key(), seal.key()
    one.sign(DATA)
    other.sign(DATA)

    token.pull()
    refused(lambda: one.sign(DATA))
    token.put_back()

    verify(one.certificate, one.sign(DATA))
    verify(other.certificate, other.sign(DATA))


def test_a_wrong_pin_is_given_to_the_device_once_and_never_again(desk: Desk, token: SoftToken):
    seal = made(desk, token)
    seal.pin_file.write_text("999999")
    key = seal.key()

    codes = [refused(lambda: key.sign(DATA)).code for _ in range(20)]

    assert codes == ["pkcs11.wrong_pin", *["pkcs11.pin_at_risk"] * 19]
    assert refused(lambda: seal.key().sign(DATA)).code == "pkcs11.pin_at_risk"
    assert not caution(MODULE).locked


def test_after_a_right_pin_by_hand_the_mended_file_is_used(desk: Desk, token: SoftToken):
    seal = made(desk, token)
    seal.pin_file.write_text("999999")
    refused(lambda: seal.key().sign(DATA))

    seal.pin_file.write_text(PIN)
    pkcs11.lib(MODULE).get_token(token_label=token.label).open(user_pin=PIN).close()

    verify(seal.key().certificate, seal.key().sign(DATA))


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660])
def test_a_pin_that_others_may_read_is_not_used(desk: Desk, token: SoftToken, mode: int):
    seal = made(desk, token)
    seal.pin_file.chmod(mode)

    assert refused(lambda: seal.key().sign(DATA)).code == "pkcs11.pin_file_open"


def test_a_key_that_can_be_copied_out_is_no_seal(desk: Desk, token: SoftToken):
    public = token.generate("dau", extractable=True)
    token.store("dau", issue(desk.folder / "ca", public, SEAL))

    key = configured(token).key()

    assert refused(lambda: key.sign(DATA)).code == "pkcs11.key_not_hidden"


def test_a_short_rsa_key_is_no_seal(desk: Desk, token: SoftToken):
    token.store("dau", issue(desk.folder / "ca", token.generate("dau", bits=1024), SEAL))

    assert refused(lambda: configured(token).key().sign(DATA)).code == "signing.weak_key"


def test_two_keys_of_one_name_are_not_chosen_between(desk: Desk, token: SoftToken):
    seal = made(desk, token)
    token.generate("dau")

    error = refused(lambda: seal.key().sign(DATA))

    assert (error.code, error.facts) == ("pkcs11.no_key", {"key": "dau", "found": 2})


def test_a_certificate_of_another_key_seals_nothing(desk: Desk, signed: bytes, token: SoftToken):
    other = issue(desk.folder / "ca", token.generate("khac"), SEAL)
    token.generate("dau")
    token.store("dau", other)

    with pytest.raises(Refused) as error:
        desk.sealed(signed, configured(token).key())

    assert error.value.code == "signing.foreign_signature"


def test_a_key_that_wants_the_pin_with_every_signature_gets_it(desk: Desk, token: SoftToken):
    token.store("dau", issue(desk.folder / "ca", token.generate("dau", pin_each_time=True), SEAL))
    key = configured(token).key()

    signatures = [key.sign(DATA) for _ in range(3)]

    for signature in signatures:
        verify(key.certificate, signature)
    assert PIN not in repr(key)


def test_many_threads_share_one_session(desk: Desk, token: SoftToken):
    key = made(desk, token).key()
    texts = [f"văn bản {number}".encode() for number in range(40)]

    with ThreadPoolExecutor(8) as threads:
        signatures = list(threads.map(key.sign, texts))

    for text, signature in zip(texts, signatures, strict=True):
        verify(key.certificate, signature, text)


def test_a_key_signs_no_more_than_it_may_in_a_minute(desk: Desk, token: SoftToken):
    key = made(desk, token, KeyType.RSA, "signatures_per_minute = 3").key()
    for _ in range(3):
        key.sign(DATA)

    error = refused(lambda: key.sign(DATA))

    assert (type(error), error.code) == (Unavailable, "pkcs11.too_many")


@pytest.mark.parametrize(
    "text",
    ["", "khong phai toml", 'module = "/x"\ntoken = "t"', 'module = "/x"\nthua = 1'],
)
def test_a_file_that_does_not_say_where_the_key_lies_is_named(tmp_path: Path, text: str):
    file = tmp_path / "H13.toml"
    file.write_text(text)

    error = refused(lambda: read_configuration(file))

    assert (error.code, error.facts) == ("pkcs11.wrong_configuration", {"file": "H13.toml"})


def test_a_library_that_is_not_there_is_named(desk: Desk, token: SoftToken):
    seal = made(desk, token)
    seal.file.write_text(seal.file.read_text().replace(MODULE, "/khong/co.so"))

    error = refused(lambda: seal.key().sign(DATA))

    assert (error.code, error.facts["module"]) == ("pkcs11.no_module", "/khong/co.so")


def test_an_administrator_is_told_what_to_write_into_the_configuration(
    desk: Desk, token: SoftToken
):
    made(desk, token)

    told = CliRunner().invoke(token_command, [MODULE])

    assert "Con dau" in told.output
    assert "«dau» (mã 01)" in told.output
    assert SEAL in told.output


def test_an_administrator_can_try_a_configuration(desk: Desk, token: SoftToken):
    seal = made(desk, token)

    told = CliRunner().invoke(token_command, ["--try", str(seal.file)], catch_exceptions=False)

    assert "H13.toml" in told.output
    seal.pin_file.write_text("999999")
    assert refused_code(CliRunner().invoke(token_command, ["--try", str(seal.file)])) == (
        "pkcs11.wrong_pin"
    )


def refused_code(result: Result) -> str:
    assert isinstance(result.exception, Refused)
    return result.exception.code


def test_neither_pin_nor_key_shows_when_the_holder_is_printed(desk: Desk, token: SoftToken):
    key = made(desk, token).key()
    key.sign(DATA)

    assert PIN not in repr(key)


def test_a_document_goes_the_whole_way_with_the_seal_in_a_device(province: Desks):
    case = walk(province, OutgoingState.AWAITING_ISSUE)

    (_, seal) = case.row.artifacts[-1].verdict["signatures"]
    assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"
    assert seal["signer_name"] == "UBND thành phố Cần Thơ"


def test_while_the_device_is_out_no_number_is_taken(province: Desks, token: SoftToken):
    case = walk(province, OutgoingState.AWAITING_NUMBER)

    token.pull()
    away = refused(lambda: province.number_and_seal(case.id))
    token.put_back()

    assert (type(away), away.code) == (Unavailable, "pkcs11.token_away")
    assert case.row.code_number is None
    province.number_and_seal(case.id)
    province.work_off()
    assert case.state is OutgoingState.AWAITING_ISSUE
