import io
import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete

from kernel.words import sentence
from tests.office import Desks
from tests.unit.signing.authority import Authority
from tests.unit.web.conftest import Browser
from workflow.authorities.trust_folder import publish
from workflow.models import TrustEntry

PAGE = "/quan-tri/danh-sach-tin-cay"
SignIn = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def _put_back(desks: Desks) -> Iterator[None]:
    yield
    with desks.office.act() as session:
        session.execute(delete(TrustEntry).where(TrustEntry.proposed_by_id.is_not(None)))
    publish(desks.office, desks.settings.trust_folder)


def propose(browser: Browser, authority: Authority, **changes: str) -> None:
    browser.open(PAGE)
    fields = {
        "file": (io.BytesIO(authority.own.der), "ca.cer"),
        "kind": "anchor",
        "scheme": "official_duty",
        "provenance": "Trang công bố của Ban Cơ yếu, 23/11/2026",
        "hosts": "crl.example",
        "crl_address": "http://crl.example/ca.crl",
    }
    browser.send(PAGE, **(fields | changes))


def entry_in(page: str) -> str:
    found = re.search(rf"{PAGE}/([0-9a-f-]+)/tu-choi", page)
    assert found
    return found[1]


def test_two_administrators_add_an_authority(desks: Desks, signed_in: SignIn) -> None:
    root = Authority("CA gốc được thêm")
    first, second = signed_in("quantri"), signed_in("snv.quantri")

    propose(first, root)
    first.open(PAGE)
    assert sentence("trust.done.propose") in first.page
    assert "Bạn đã đề nghị" in first.page
    assert "Đã đối chiếu" not in first.page

    second.open(PAGE)
    assert "CA gốc được thêm" in second.page
    second.send(f"{PAGE}/{entry_in(second.page)}/xac-nhan")
    second.open(PAGE)
    assert sentence("trust.done.confirm") in second.page
    trusted = {one.subject.native["common_name"] for one in desks.office.trust().anchors}
    assert root.name in trusted


def test_whoever_proposed_cannot_confirm_even_past_the_page(signed_in: SignIn) -> None:
    first = signed_in("quantri")
    propose(first, Authority("CA tự xác nhận"))
    first.open(PAGE)

    answer = first.send(f"{PAGE}/{entry_in(first.page)}/xac-nhan")

    assert answer.status_code == 422
    assert sentence("trust.same_person") in first.page


def test_what_was_typed_stays_when_a_proposal_is_refused(signed_in: SignIn) -> None:
    first = signed_in("quantri")

    propose(first, Authority("CA"), kind="intermediate", hosts="crl.example crl2.example")

    assert sentence("trust.root_is_anchor", name="CA") in first.page
    assert "Trang công bố của Ban Cơ yếu" in first.page
    assert "crl.example crl2.example" in first.page


def test_the_page_says_what_needs_attention(signed_in: SignIn) -> None:
    first, second = signed_in("quantri"), signed_in("snv.quantri")
    propose(first, Authority("CA chưa có danh sách"), crl_address="")
    second.open(PAGE)

    second.send(f"{PAGE}/{entry_in(second.page)}/xac-nhan")

    for page in (PAGE, "/"):
        second.open(page)
        assert sentence("trust.alarm.no_list", name="CA chưa có danh sách") in second.page


def test_a_proposal_waits_on_the_page_of_the_other_administrators_work(signed_in: SignIn) -> None:
    first, second, clerk = signed_in("quantri"), signed_in("snv.quantri"), signed_in("vanthu")
    propose(first, Authority("CA chờ người thứ hai"))

    for browser in (first, second, clerk):
        browser.open("/")

    waits = sentence("trust.waits_for_you", name="CA chờ người thứ hai")
    assert [waits in browser.page for browser in (first, second, clerk)] == [False, True, False]


def test_the_certificate_can_be_compared_with_one_from_elsewhere(signed_in: SignIn) -> None:
    root = Authority("CA để đối chiếu")
    first = signed_in("quantri")
    propose(first, root)
    first.open(PAGE)

    answer = first.open(f"{PAGE}/{entry_in(first.page)}/chung-thu")

    assert answer.data == root.own.der
    assert answer.mimetype == "application/pkix-cert"


def test_an_authority_is_removed_by_two_administrators(desks: Desks, signed_in: SignIn) -> None:
    root = Authority("CA sẽ gỡ")
    first, second = signed_in("quantri"), signed_in("snv.quantri")
    propose(first, root)
    second.open(PAGE)
    entry = entry_in(second.page)
    second.send(f"{PAGE}/{entry}/xac-nhan")

    second.open(PAGE)
    second.send(f"{PAGE}/{entry}/de-nghi-go", why="Khóa bị lộ")
    first.open(PAGE)
    assert "Khóa bị lộ" in first.page
    first.send(f"{PAGE}/{entry}/xac-nhan-go")

    trusted = {one.subject.native["common_name"] for one in desks.office.trust().anchors}
    assert root.name not in trusted
    first.open(PAGE)
    assert "Đã gỡ" in first.page


@pytest.mark.parametrize("somebody", ["chutich", "vanthu", "chuyenvien"])
def test_nobody_else_sees_or_changes_the_list(signed_in: SignIn, somebody: str) -> None:
    browser = signed_in(somebody)

    assert browser.open(PAGE).status_code == 403
    browser.open("/")
    assert browser.send(PAGE, kind="anchor").status_code == 403
