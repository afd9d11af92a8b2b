"""The way out to a signing service: only to whom its certificate says it is, and with an end."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_server, socket
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kernel.errors import Refused, Unavailable
from signing.holding.remote.door import Door, Patience

BRIEF = Patience(answer=1, person=1, pause=0.01)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def answering(line: socket, parts: list[bytes], pause: float) -> None:
    """Answer each caller with ``parts``, waiting before each."""
    while True:
        try:
            caller, _ = line.accept()
        except OSError:
            return
        with caller:
            try:
                caller.recv(65536)
                for part in parts:
                    Event().wait(pause)
                    caller.sendall(part)
            except OSError:
                continue


@contextmanager
def service(
    parts: list[bytes], pause: float = 0, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    line = create_server(("127.0.0.1", 0))
    address = line.getsockname()[1]
    if tls:
        line = tls.wrap_socket(line, server_side=True)
    Thread(target=answering, args=(line, parts, pause), daemon=True).start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{address}"
    line.close()


def whole(body: bytes) -> list[bytes]:
    return [HELLO + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service's own certificate, known to nobody but who has this file; its key lies beside."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Dịch vụ trong mạng nội bộ")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "ca.pem"


@pytest.fixture
def tls(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    return context


def test_a_service_whose_certificate_nobody_vouches_for_hears_nothing(tls: ssl.SSLContext):
    with service(whole(b"{}"), tls=tls) as address, pytest.raises(Unavailable, match="unreachable"):
        Door.open(address, patience=BRIEF).act("info", {"PIN": "246810"})


def test_a_service_of_the_agencys_own_network_is_known_by_its_authority(
    tls: ssl.SSLContext, authority: Path
):
    with service(whole(b'{"name": "CA"}'), tls=tls) as address:
        answer = Door.open(address, patience=BRIEF, authority=authority).ask("info", {})

    assert answer.text("name") == "CA"


def test_an_answer_that_comes_in_drops_is_not_waited_for_without_end():
    drops = [HELLO + b"Content-Length: 1000\r\n\r\n", *[b" "] * 100]

    with service(drops, pause=0.3) as address, pytest.raises(Unavailable, match="no_answer"):
        Door.open(address, patience=BRIEF).act("info", {})


def test_a_secret_does_not_follow_a_service_to_another_place():
    moved = [b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"]

    with service(moved) as address:
        answer = Door.open(address, patience=BRIEF).act("info", {"PIN": "246810"})

    assert not answer.good


@pytest.mark.parametrize("body", [b"[]", b"no JSON", b'"text"', b"[" * 100_000])
def test_an_answer_that_is_no_object_is_not_understood(body: bytes):
    with service(whole(body)) as address, pytest.raises(Refused, match="bad_answer"):
        Door.open(address, patience=BRIEF).act("info", {})


@pytest.mark.parametrize("status", [b"500 Broken", b"503 Later", b"429 Slowly"])
def test_a_service_that_cannot_serve_now_is_told_as_that(status: bytes):
    answer = [b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]

    with service(answer) as address, pytest.raises(Unavailable, match="unreachable"):
        Door.open(address, patience=BRIEF).ask("info", {})
