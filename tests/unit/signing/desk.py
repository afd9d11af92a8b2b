"""One small agency with its authority, and one document of each stage, for the tests of signing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import typst

from console.demonstration.pki import AgencyKey, Issued, PersonKey, Standing, create
from kernel.places import Place
from signing.checking.validate import validate
from signing.checking.verdict import ExpectedSignature, Verdict
from signing.holding.keys import Pkcs12Key, facts
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE, reserve
from signing.making.seal import Fill, number_and_seal
from signing.making.signature import sign
from signing.trusting.trust import Trust

PASSPHRASE = "mật khẩu trình diễn"
ORGAN = "000.00.01.H13"
PLACES = {
    CODE_NUMBER: Place(0, 30, 38, 20, 6),
    ISSUED_DATE: Place(0, 100, 38, 60, 6),
    SIGNER_SIGNATURE: Place(1, 110, 200, 60, 25),
    AGENCY_SEAL: Place(1, 80, 195, 30, 30),
}
PEOPLE = (
    PersonKey("chu-tich", "Nguyễn Văn Đức"),
    PersonKey("nguoi-khac", "Trần Thị Ngọc Ánh"),
    PersonKey("het-han", "Lê Hết Hạn", Standing.EXPIRED),
    PersonKey("thu-hoi", "Phạm Thu Hồi", Standing.REVOKED),
)
_PAGES = """
#set document(title: "Quyết định thử nghiệm")
#set page(width: 210mm, height: 297mm, margin: 20mm)
#set text(lang: "vi", font: "Libertinus Serif")
= Quyết định
Ủy ban nhân dân thành phố Cần Thơ quyết định những điều sau đây.
#pagebreak()
== Điều khoản thi hành
Chánh Văn phòng, Giám đốc các Sở chịu trách nhiệm thi hành Quyết định này.
"""


@cache
def typeset(source: str = _PAGES) -> bytes:
    """Set a tagged PDF/A-2a page or more."""
    return typst.compile(source.encode(), format="pdf", pdf_standards="a-2a")


@cache
def picture(field: str, text: str = "") -> bytes:
    """Set the one-page picture of a field."""
    place = PLACES[field]
    page = f"#set page(width: {place.width}mm, height: {place.height}mm, margin: 0mm, fill: none)"
    source = f'{page}\n#set text(lang: "vi", font: "Libertinus Serif", size: 9pt)\n{text}'
    return typst.compile(source.encode(), format="pdf", pdf_tags=False)


def reserved() -> bytes:
    """Give the typeset document with its four places."""
    blanks = {name: picture(name) for name in (CODE_NUMBER, ISSUED_DATE)}
    return reserve(typeset(), PLACES, blanks)


@dataclass(frozen=True)
class Desk:
    """Keys, trust and the moment at which everything happens."""

    folder: Path
    issued: Issued
    trust: Trust
    now: datetime
    leader: Pkcs12Key
    other: Pkcs12Key
    seal: Pkcs12Key

    def person(self, key_id: str) -> Pkcs12Key:
        container = (self.folder / "keys" / "people" / f"{key_id}.p12").read_bytes()
        return Pkcs12Key.open(container, PASSPHRASE)

    def expected(self) -> tuple[ExpectedSignature, ExpectedSignature]:
        leader = frozenset({facts(self.leader.certificate).fingerprint})
        seal = frozenset({facts(self.seal.certificate).fingerprint})
        return (
            ExpectedSignature(SIGNER_SIGNATURE, leader, "signer"),
            ExpectedSignature(AGENCY_SEAL, seal, "agency"),
        )

    def signed(
        self, key: Pkcs12Key | None = None, at: datetime | None = None, pdf: bytes | None = None
    ) -> bytes:
        return sign(
            pdf or reserved(),
            key or self.leader,
            picture=picture(SIGNER_SIGNATURE, "Ký bởi: Nguyễn Văn Đức"),
            signed_at=at or self.now,
            reason="Ký ban hành (thử nghiệm)",
            location="Cần Thơ",
        )

    def sealed(self, pdf: bytes | None = None, key: Pkcs12Key | None = None) -> bytes:
        return number_and_seal(
            pdf or self.signed(),
            key or self.seal,
            number=Fill("123", picture(CODE_NUMBER, "123")),
            issued_date=Fill(
                "2026-11-23", picture(ISSUED_DATE, "Cần Thơ, ngày 23 tháng 11 năm 2026")
            ),
            picture=picture(AGENCY_SEAL, "ỦY BAN NHÂN DÂN"),
            signed_at=self.now + timedelta(minutes=5),
            reason="Phát hành (thử nghiệm)",
            location="Cần Thơ",
        )

    def verdict(
        self, pdf: bytes, at: datetime | None = None, *, expecting: bool = True, full: bool = False
    ) -> Verdict:
        expected = self.expected() if expecting else ()
        moment = at or self.now + timedelta(minutes=10)
        return validate(pdf, self.trust, at=moment, expected=expected, full=full)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("văn thư")
    issued = create(
        folder / "ca",
        folder / "keys",
        folder / "trust",
        PEOPLE,
        [AgencyKey(ORGAN, "Ủy ban nhân dân phường Ninh Kiều")],
        "http://127.0.0.1:9",
        PASSPHRASE,
    )
    people = folder / "keys" / "people"
    seal_passphrase = (folder / "keys" / "seal-passphrase").read_text(encoding="ascii")
    return Desk(
        folder=folder,
        issued=issued,
        trust=Trust.load(folder / "trust"),
        now=datetime.now(UTC).replace(microsecond=0),
        leader=Pkcs12Key.open((people / "chu-tich.p12").read_bytes(), PASSPHRASE),
        other=Pkcs12Key.open((people / "nguoi-khac.p12").read_bytes(), PASSPHRASE),
        seal=Pkcs12Key.open(
            (folder / "keys" / "seals" / f"{ORGAN}.p12").read_bytes(), seal_passphrase
        ),
    )


@pytest.fixture(scope="session")
def signed(desk: Desk) -> bytes:
    return desk.signed()


@pytest.fixture(scope="session")
def sealed(desk: Desk, signed: bytes) -> bytes:
    return desk.sealed(signed)
