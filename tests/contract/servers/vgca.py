"""A stand-in for VGCA Sign Service: a program on the signer's own computer, good or bad as told.

It speaks as the public integrations do (TLS WebSocket at 127.0.0.1:8987, one string in, one JSON
string out) and signs as the public code derived from it does: the first signature certifies
(DocMDP P=2), each in a visible field of its own, ``adbe.pkcs7.detached``, no validation data.
"""

import asyncio
import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from aiohttp import WSMsgType, web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle

PORT = 8987
Box = tuple[int, int, int, int]
_SIGNATURE: Box = (300, 120, 470, 200)
_SEAL: Box = (245, 110, 355, 220)

FORM_FIELD = "uploadfile"
"""What a real one calls the file is not known; the door takes any name."""


class Conduct(Enum):
    """How it behaves with one document."""

    WELL = "well"
    CANCELS = "cancels"
    OTHER_FILE = "another file"
    OTHER_CERTIFICATE = "another certificate"
    SECOND_SIGNATURE = "a second signature"
    CHANGED_PAGE = "a changed page"
    SILENT = "never answers"
    TWICE = "brings it twice"
    USED_ADDRESS = "brings it to a used address"
    NOTHING = "says it signed and brings nothing"


@dataclass
class Token:
    """A USB token: here a container with its passphrase."""

    container: Path
    passphrase: str

    def signer(self) -> SimpleSigner:
        opened = SimpleSigner.load_pkcs12_data(
            self.container.read_bytes(), [], self.passphrase.encode()
        )
        assert opened is not None
        return opened


def sign_as_vgca(pdf: bytes, token: Token, box: Box | None = None) -> bytes:
    """Sign in a new visible field, each next one over a third of the last; certify the first."""
    number = len(list(PdfFileReader(BytesIO(pdf)).embedded_signatures)) + 1
    first = number == 1
    box = box or (_SIGNATURE if first else _SEAL)
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    details = PdfSignatureMetadata(
        field_name=f"Signature{number}",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        certify=first,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    width, height = box[2] - box[0], box[3] - box[1]
    drawn = RawContent(
        b"0.1 0.2 0.8 RG 1 w 2 2 %d %d re S" % (width - 4, height - 4),
        box=BoxConstraints(width=width, height=height),
    )
    style = StaticStampStyle(background=drawn, border_width=0, background_opacity=1)
    signing = PdfSigner(
        details,
        token.signer(),
        stamp_style=style,
        new_field_spec=SigFieldSpec(f"Signature{number}", on_page=-1, box=box),
    )
    out = BytesIO()
    asyncio.run(signing.async_sign_pdf(writer, output=out))
    return out.getvalue()


def with_changed_page(pdf: bytes) -> bytes:
    """Write something over the last page in an update of its own."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    drawn = RawContent(b"1 0 0 rg 0 0 120 60 re f", box=BoxConstraints(width=120, height=60))
    StaticStampStyle(background=drawn, border_width=0, background_opacity=1).create_stamp(
        writer, BoxConstraints(width=120, height=60), {}
    ).apply(-1, 100, 400)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@dataclass
class VgcaService:
    """The program: what it holds, how it behaves, and what it was asked."""

    token: Token
    other: Token
    conduct: Iterator[Conduct] = field(default_factory=lambda: repeat(Conduct.WELL))
    many_at_once: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Verbs with what was sent."""
    used: str = ""
    """An address where something was brought before."""

    def behave(self, *first: Conduct) -> None:
        """Behave so with the first documents, and well with all others."""
        self.conduct = chain(first, repeat(Conduct.WELL))

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        verb = request.match_info["verb"]
        if verb == "SignFiles" and not self.many_at_once:
            raise web.HTTPNotFound
        line = web.WebSocketResponse()
        await line.prepare(request)
        message = await line.receive()
        if message.type is not WSMsgType.TEXT:
            return line
        self.asked.append((verb, message.data))
        match verb:
            case "GetVersion" | "Config":
                told = _told(0, "stand-in")
            case "SignFiles":
                told = await self._sign_many(message.data)
            case _:
                told = await self._sign_one(message.data)
        if told is not None:
            await line.send_str(json.dumps(told))
            await line.close()
        else:
            await line.receive()  # until the page gives up
        return line

    async def _sign_one(self, message: str) -> dict[str, Any] | None:
        return await asyncio.to_thread(self.work, json.loads(message), next(self.conduct))

    async def _sign_many(self, message: str) -> dict[str, Any]:
        for order in json.loads(message):
            await asyncio.to_thread(self.work, order, next(self.conduct))
        return _told(0)

    def work(self, order: dict[str, Any], conduct: Conduct) -> dict[str, Any] | None:
        """Fetch, sign and bring one document; nothing means that it never answers."""
        if conduct is Conduct.SILENT:
            return None
        if conduct is Conduct.CANCELS:
            return _told(1, "cancelled")
        if conduct is Conduct.NOTHING:
            return _told(0)
        shown = httpx.get(order["FileName"]).raise_for_status().content
        signed = self._signed(shown, conduct)
        to = self.used if conduct is Conduct.USED_ADDRESS else order["FileUploadHandler"]
        answer = bring(to, signed)
        if conduct is Conduct.TWICE:
            bring(to, signed)
        self.used = order["FileUploadHandler"]
        return _told(answer["Status"], answer["Message"], answer)

    def _signed(self, shown: bytes, conduct: Conduct) -> bytes:
        match conduct:
            case Conduct.OTHER_FILE:
                return sign_as_vgca(shown.replace(b"%PDF-1.7", b"%PDF-1.6", 1), self.token)
            case Conduct.OTHER_CERTIFICATE:
                return sign_as_vgca(shown, self.other)
            case Conduct.SECOND_SIGNATURE:
                return sign_as_vgca(sign_as_vgca(shown, self.token), self.token, (20, 20, 120, 70))
            case Conduct.CHANGED_PAGE:
                return with_changed_page(sign_as_vgca(shown, self.token))
            case _:
                return sign_as_vgca(shown, self.token)


def bring(address: str, pdf: bytes) -> dict[str, Any]:
    """Hand a file in as a form, without any cookie."""
    files = {FORM_FIELD: ("signed.pdf", pdf, "application/pdf")}
    told: dict[str, Any] = httpx.post(address, files=files).json()
    return told


def _told(status: int, message: str = "", server: object = "") -> dict[str, Any]:
    return {
        "Status": status,
        "Message": message,
        "FileName": "signed.pdf",
        "FileServer": server,
        "DocumentNumber": "",
        "DocumentDate": "",
    }


@contextmanager
def running(service: VgcaService, folder: Path) -> Iterator[VgcaService]:
    """Run the program on its port until the block ends."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_get("/{verb}", service.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", PORT, ssl_context=_tls(folder)).start()

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield service
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def _tls(folder: Path) -> ssl.SSLContext:
    """A certificate of its own, as the real one installs; browsers of tests are told to take it."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    file = folder / "vgca.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def verbs(service: VgcaService) -> Sequence[str]:
    """What it was asked, without the probes."""
    return [verb for verb, _ in service.asked if verb != "GetVersion"]
