"""Two administrators at their screens decide about an authority."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.live import Live, live
from tests.office import Desks
from tests.unit.signing.authority import Authority

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PAGE = "/quan-tri/danh-sach-tin-cay"
NAME = "CA phục vụ cơ quan Nhà nước"


@pytest.fixture(scope="module")
def office(shared_desks: Desks) -> Iterator[Live]:
    with live(shared_desks) as served:
        yield served


def propose(page: Page, authority: Authority) -> None:
    page.goto(PAGE)
    page.get_by_label("Tệp chứng thư").set_input_files(
        {"name": "ca.cer", "mimeType": "application/pkix-cert", "buffer": authority.own.der}
    )
    page.locator("select[name=kind]").select_option("anchor")
    page.locator("select[name=scheme]").select_option("official_duty")
    page.get_by_label("Nguồn: lấy từ đâu").fill("Trang công bố của Ban Cơ yếu, tải 23/11/2026")
    page.get_by_label("Máy chủ được phép").fill("crl.example ocsp.example")
    page.get_by_label("Địa chỉ danh sách thu hồi").fill("http://crl.example/ca.crl")
    page.get_by_role("button", name="Đề nghị", exact=True).click()


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_one_proposes_and_another_confirms(office: Live, chromium: Browser) -> None:
    with (
        office.desk_of(chromium, "quantri") as first,
        office.desk_of(chromium, "snv.quantri", width=360) as second,
    ):
        propose(first, Authority(NAME))
        expect(first.get_by_role("heading", name=f"Đề nghị thêm: {NAME}")).to_be_visible()
        expect(first.get_by_text("Bạn đã đề nghị")).to_be_visible()
        expect(first.get_by_role("button", name="Đã đối chiếu")).to_have_count(0)

        second.goto(PAGE)
        assert fits(first)
        assert fits(second)
        second.get_by_role("button", name="Đã đối chiếu, xác nhận tin cậy").click()
        expect(second.get_by_text("Đã xác nhận. Tổ chức này được tin cậy")).to_be_visible()
        expect(second.locator("summary", has_text=NAME)).to_be_visible()
        expect(second.locator("#canh-bao")).to_contain_text(
            f"Chưa lấy được danh sách thu hồi của {NAME}"
        )

    trusted = {one.subject.native["common_name"] for one in office.desks.office.trust().anchors}
    assert NAME in trusted
