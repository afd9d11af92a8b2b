"""Văn thư's pages for copies: scan in, look, sign, save."""

import io
from collections.abc import Callable
from uuid import uuid4

from kernel.words import sentence
from tests.scanned import scanned
from tests.unit.web.conftest import Browser

SignIn = Callable[[str], Browser]
SUBJECT = "Quyết định số 15/QĐ-BNV ngày 05/01/2026"


def fields(scan: bytes) -> dict[str, object]:
    return {
        "form": "true_copy",
        "subject": SUBJECT,
        "decided_by": "Chánh Văn phòng",
        "scan": (io.BytesIO(scan), "quét.pdf"),
    }


def test_a_scan_is_looked_at_signed_and_saved(signed_in: SignIn) -> None:
    clerk = signed_in("vanthu")
    clerk.open("/ban-sao/moi")

    page = clerk.send("/ban-sao/moi", **fields(scanned())).location
    clerk.open(page)
    assert clerk.open(f"{page}/1.png").data.startswith(b"\x89PNG")
    assert clerk.open(f"{page}.pdf").status_code == 404
    clerk.open(page)
    shown = clerk.page.split('name="shown" value="')[1][:64]
    clerk.send(f"{page}/ky-so", shown=shown)

    assert clerk.open(f"{page}.pdf").data.startswith(b"%PDF-1.7")
    clerk.open("/ban-sao")
    assert SUBJECT in clerk.page


def test_a_coarse_scan_is_refused_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    clerk = signed_in("vanthu")
    clerk.open("/ban-sao/moi")

    answer = clerk.send("/ban-sao/moi", **fields(scanned(dpi=100)))

    assert answer.status_code == 422
    assert sentence("documents.scan_too_coarse", page=1, dpi=100) in clerk.page
    assert SUBJECT in clerk.page


def test_who_keeps_no_seal_makes_no_copies(signed_in: SignIn) -> None:
    assert signed_in("chuyenvien").open("/ban-sao").status_code == 403


def test_a_form_or_an_agency_that_is_none_of_the_clerks_is_refused(signed_in: SignIn) -> None:
    clerk = signed_in("vanthu")
    clerk.open("/ban-sao/moi")

    assert clerk.send("/ban-sao/moi", **fields(scanned()) | {"form": "khong-co"}).status_code == 422
    stranger = clerk.send("/ban-sao/moi", **fields(scanned()), agency=str(uuid4()))

    assert stranger.status_code == 403
