"""Anybody may have a file checked, and nothing of it stays."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time
from lxml import etree
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kernel.words import sentence
from signing.checking.verdict import Verdict
from signing.trusting.trust import Trust
from tests.attack import forgery
from tests.office import Desks
from tests.unit.web.conftest import Browser
from web.app import create
from wiring.checking import not_checked
from workflow.models import Document, KeptVerdict
from workflow.models.outgoing import ArtifactKind
from workflow.states import OutgoingState

_RESULT = re.compile(r'name="result" value="([^"]+)"')


@pytest.fixture(scope="module")
def issued(shared_desks: Desks) -> bytes:
    """The bytes of a document that was signed and sealed."""
    document_id = shared_desks.at(OutgoingState.AWAITING_ISSUE)
    with shared_desks.office.sessions() as session:
        stages = session.get_one(Document, document_id).artifacts
        sha256 = next(stage.sha256 for stage in stages if stage.kind is ArtifactKind.ISSUED)
    return shared_desks.office.artifacts.get(sha256)


def upload(browser: Browser, content: bytes, name: str = "quyết định.pdf") -> TestResponse:
    browser.open("/kiem-tra")
    return browser.send("/kiem-tra", file=(io.BytesIO(content), name))


def ask(app: Flask, content: bytes, name: str = "a.pdf", **options: Any) -> TestResponse:
    sent = {"file": (io.BytesIO(content), name)}
    return app.test_client().post("/api/v1/verify", data=sent, **options)


def report(browser: Browser, kind: str, result: str = "") -> TestResponse:
    found = _RESULT.search(browser.page)
    assert found is not None
    return browser.send(f"/kiem-tra/{kind}", result=result or unescape(found[1]))


def test_a_stranger_reads_in_plain_words_who_signed_and_that_it_holds(
    browser: Browser, issued: bytes
) -> None:
    answer = upload(browser, issued)

    assert answer.status_code == 200
    for words in (
        sentence("web.verdict.TOTAL_PASSED"),
        sentence("checking.question.integrity"),
        "Trần Thị Ngọc Hạnh ký lúc",
        "quyết định.pdf",
    ):
        assert words in browser.page
    assert "finding" not in browser.page.split("<main")[1]


def test_a_changed_file_is_told_as_not_valid(browser: Browser, issued: bytes) -> None:
    upload(browser, issued.replace(b"/Type/Page", b"/Type/Pagf", 1))

    assert sentence("web.verdict.TOTAL_FAILED") in browser.page
    assert "verdict-bad" in browser.page


def test_a_page_that_looks_different_is_shown_on_the_page_and_in_the_report(
    browser: Browser, issued: bytes
) -> None:
    upload(browser, forgery.stamp_page(issued))

    assert 'src="data:image/png;base64,' in browser.page
    assert report(browser, "phieu.pdf").data.count(b"/Subtype/Image") >= 1


@pytest.mark.parametrize("content", [b"", b"nothing", b"%PDF-1.7\n%%EOF"])
def test_any_bytes_get_an_answer(browser: Browser, content: bytes) -> None:
    answer = upload(browser, content)

    assert answer.status_code == 200
    assert sentence("web.verdict.INDETERMINATE") in browser.page


def test_a_form_without_a_file_is_told_so(browser: Browser) -> None:
    browser.open("/kiem-tra")

    answer = browser.send("/kiem-tra")

    assert answer.status_code == 422
    assert sentence("web.no_file_chosen") in browser.page


def test_a_name_of_a_file_is_shown_as_text(browser: Browser) -> None:
    upload(browser, b"nothing", "<script>alert(1)</script>.pdf")

    assert "<script>alert(1)" not in browser.page
    assert "&lt;script&gt;alert(1)" in browser.page


def test_both_reports_can_be_taken_away(browser: Browser, issued: bytes) -> None:
    upload(browser, issued)

    printed, etsi = report(browser, "phieu.pdf"), report(browser, "bao-cao.xml")

    assert printed.data.startswith(b"%PDF-")
    assert "attachment" in printed.headers["Content-Disposition"]
    assert b"total-passed" in etree.tostring(etree.fromstring(etsi.data))


def test_a_report_is_made_of_our_own_words_only(browser: Browser, issued: bytes) -> None:
    upload(browser, issued)

    answer = report(browser, "phieu.pdf", result="eyJmb3JnZWQiOnRydWV9.AAAA.BBBB")

    assert answer.status_code == 422
    assert sentence("web.check_again") in browser.page


def test_an_hour_later_no_report_is_made_any_more(browser: Browser, issued: bytes) -> None:
    upload(browser, issued)

    with freeze_time(datetime.now().astimezone(), tz_offset=0) as clock:
        clock.tick(3601)
        answer = report(browser, "phieu.pdf")

    assert answer.status_code == 422


def test_nothing_of_a_strangers_file_is_kept(browser: Browser, desks: Desks, issued: bytes) -> None:
    store = Path(desks.settings.artifacts_address)
    before = set(store.rglob("*"))
    changed = issued + b"\n"

    upload(browser, changed)

    with desks.office.sessions() as session:
        assert session.scalar(select(func.count()).select_from(KeptVerdict)) == 0
    assert set(store.rglob("*")) == before


def test_a_file_larger_than_allowed_is_refused_before_it_is_read(desks: Desks) -> None:
    office = replace(desks.office, upload_limit=1024)
    app = create(office, desks.settings.model_copy(update={"demo": True, "redis_url": ""}))

    page = upload(Browser(app.test_client()), b"x" * 200_000)
    told = ask(app, b"x" * 200_000)

    assert (page.status_code, told.status_code) == (413, 413)
    assert told.mimetype == "application/problem+json"


def test_a_program_gets_the_summary_and_each_signature(app: Flask, issued: bytes) -> None:
    told = ask(app, issued, "qd.pdf").get_json()

    assert (told["file"], told["signatures"], told["conclusion"]) == ("qd.pdf", 2, "TOTAL_PASSED")
    assert [s["field"] for s in told["details"]] == ["SignerSignature", "AgencySeal"]
    assert all(s["sentence"] and s["signed_at"] for s in told["details"])


def test_a_program_gets_english_when_it_asks_for_it(app: Flask) -> None:
    told = ask(app, b"nothing", query_string={"lang": "en"}).get_json()

    assert "PDF" in told["findings"][0]["message"]
    assert "tệp" not in told["findings"][0]["message"]


def test_a_program_that_sends_no_file_gets_a_problem(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/verify")

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "web.no_file_chosen"


def test_a_check_that_was_cut_off_is_never_told_as_not_valid(desks: Desks, issued: bytes) -> None:
    def cut_off(pdf: bytes, *, trust: Trust, at: datetime, **_: Any) -> Verdict:
        del pdf
        return not_checked("too_slow", trust, at)

    office = replace(desks.office, check=cut_off)
    app = create(office, desks.settings.model_copy(update={"demo": True, "redis_url": ""}))
    browser = Browser(app.test_client())

    upload(browser, issued)

    assert sentence("web.verdict.INDETERMINATE") in browser.page
    assert sentence("web.verdict.TOTAL_FAILED") not in browser.page


def test_a_stranger_who_asks_without_pause_is_asked_to_wait(app: Flask) -> None:
    answers = [ask(app, b"nothing").status_code for _ in range(21)]

    assert answers[:20] == [200] * 20
    assert answers[20] == 429


def test_readers_of_a_document_have_its_signatures_checked_again(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.AWAITING_ISSUE)
    clerk = signed_in("vanthu")
    clerk.open(f"/van-ban-di/{document_id}")
    address = re.search(rf'href="(/van-ban-di/{document_id}/chu-ky/[^"]+)"', clerk.page)
    assert address is not None
    assert sentence("web.verdict.TOTAL_PASSED") in clerk.page

    clerk.open(address[1])

    assert "Trần Thị Ngọc Hạnh, người có thẩm quyền, ký lúc" in clerk.page
    assert clerk.open(f"{address[1]}/phieu.pdf").data.startswith(b"%PDF-")
    assert b"AgencySeal" in clerk.open(f"{address[1]}/bao-cao.xml").data


def test_who_may_not_see_a_document_does_not_see_its_signatures(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    document_id = desks.at(OutgoingState.AWAITING_ISSUE)
    with desks.office.sessions() as session:
        stages = session.get_one(Document, document_id).artifacts
        sha256 = next(s.sha256 for s in stages if s.kind is ArtifactKind.ISSUED)

    answer = signed_in("stc.chuyenvien").open(f"/van-ban-di/{document_id}/chu-ky/{sha256}")

    assert answer.status_code == 404
