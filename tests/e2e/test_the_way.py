"""One document from draft to finished, each person in their own browser window."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from console.demonstration.load import PASSPHRASE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
Desk = Callable[..., Page]

SUBJECT = "phê duyệt Kế hoạch chuyển đổi số công tác văn thư năm 2027"
BASES = """Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025
Theo đề nghị của Chánh Văn phòng Ủy ban nhân dân thành phố"""
BODY = """Điều 1. Phê duyệt Kế hoạch chuyển đổi số công tác văn thư năm 2027.
Điều 2. Quyết định này có hiệu lực kể từ ngày ký ban hành.
Điều 3. Chánh Văn phòng và Thủ trưởng các cơ quan có liên quan chịu trách nhiệm thi hành."""


def test_a_document_goes_the_whole_way_and_its_sender_sees_how_far_it_is(desk_of: Desk) -> None:
    clerk = desk_of("chuyenvien")
    address = drafted(clerk)
    checked(desk_of("truongphong"), "Duyệt nội dung")
    checked(desk_of("kiemtra"), "Duyệt thể thức")
    signed(desk_of("phochutich"))
    number = issued(desk_of("vanthu"))
    received(desk_of, number)

    clerk.goto(address)
    for status in ("Đã đến", "Đã tiếp nhận, vào sổ", "Đã phân công xử lý", "Đã hoàn thành"):
        seen_by_reloading(clerk, clerk.locator(".deliveries").get_by_text(status).first)
    told = clerk.locator(".timeline")
    for event in ("đã đến", "đã tiếp nhận, vào sổ", "đã phân công xử lý", "đang xử lý"):
        expect(told).to_contain_text(f"Ủy ban nhân dân phường Ninh Kiều: {event}")


def drafted(clerk: Page) -> str:
    clerk.get_by_role("link", name="Soạn văn bản mới").click()
    clerk.get_by_role("button", name="Quyết định Quy định trực tiếp").click()
    clerk.get_by_label("Trích yếu").fill(SUBJECT)
    clerk.get_by_label("Căn cứ").fill(BASES)
    clerk.get_by_label("Nội dung văn bản").fill(BODY)
    choice = clerk.locator("select[name=signer] option", has_text="Hạnh").filter(has_text="TM.")
    clerk.locator("select[name=signer]").select_option(choice.get_attribute("value"))
    clerk.get_by_label("Các dòng in trên văn bản").fill("Như Điều 3\nLưu: VT, VX")
    clerk.locator(".receivers summary").click()
    clerk.get_by_label("Tìm cơ quan").fill("phuong ninh kieu")
    clerk.get_by_label("Ủy ban nhân dân phường Ninh Kiều").check()
    expect(clerk.locator("#save-state")).to_contain_text("Đã lưu")
    expect(clerk.locator("#preview-picture")).to_have_attribute("src", re.compile("^blob:"))
    expect(clerk.locator("#preview-page")).to_have_text("Trang 1 / 1")

    clerk.get_by_role("button", name="Trình", exact=True).click()

    expect(clerk.get_by_text("Chờ duyệt nội dung")).to_be_visible()
    expect(clerk.locator(".waiting")).to_contain_text("Võ Thanh Tùng")
    return clerk.url


def checked(reviewer: Page, act: str) -> None:
    reviewer.get_by_role("link", name=SUBJECT).click()
    expect(reviewer.locator(".sheet img").first).to_be_visible()
    reviewer.get_by_role("button", name=act).click()
    expect(reviewer.get_by_role("status")).to_contain_text(f"Đã {act[0].lower()}{act[1:]}")


def signed(leader: Page) -> None:
    leader.get_by_role("link", name=SUBJECT).click()
    expect(leader.get_by_role("heading", name="Phiếu trình")).to_be_visible()
    passphrase = leader.get_by_label("Mật khẩu khóa ký số")
    passphrase.fill("không phải mật khẩu này")
    leader.get_by_role("button", name="Ký số").click()
    expect(leader.get_by_role("alert")).to_contain_text("Mật khẩu của tệp khóa không đúng")
    passphrase.fill(PASSPHRASE)
    leader.get_by_role("button", name="Ký số").click()
    expect(leader.get_by_text("Chờ cấp số")).to_be_visible()


def issued(clerk: Page) -> str:
    clerk.get_by_role("link", name=SUBJECT).click()
    number = clerk.locator(".facts-large dd").first.inner_text()
    clerk.get_by_role("button", name="Cấp số và ký số cơ quan").click()
    clerk.get_by_role("link", name="Phát hành").click()
    expect(clerk.get_by_role("main")).to_contain_text("Ủy ban nhân dân phường Ninh Kiều")
    clerk.get_by_role("button", name="Phát hành").click()
    expect(clerk.get_by_text("Đã phát hành", exact=True)).to_be_visible()
    return number


def received(desk_of: Desk, number: str) -> None:
    clerk = desk_of("ninhkieu.vanthu")
    arrived = clerk.get_by_role("link", name=SUBJECT)
    seen_by_reloading(clerk, arrived)
    arrived.click()
    expect(clerk.get_by_text("Chữ ký số hợp lệ")).to_be_visible()
    expect(clerk.get_by_role("main")).to_contain_text(number)
    clerk.get_by_role("button", name="Tiếp nhận, vào sổ").click()
    expect(clerk.get_by_text("Chờ ý kiến chỉ đạo")).to_be_visible()

    leader = desk_of("ninhkieu.chutich", width=360, height=740)
    leader.get_by_role("link", name=SUBJECT).click()
    lead = leader.locator("select[name=lead] option", has_text="Chuyên viên").first
    leader.get_by_label("Chủ trì").select_option(lead.get_attribute("value"))
    leader.get_by_label("Thời hạn").fill((date.today() + timedelta(days=7)).isoformat())  # noqa: DTZ011 - as a person reads the calendar
    leader.get_by_label("Nội dung chỉ đạo").fill("Chủ trì triển khai, báo cáo kết quả.")
    leader.get_by_role("button", name="Cho ý kiến chỉ đạo").click()
    expect(leader.get_by_role("status")).to_contain_text("Đã cho ý kiến chỉ đạo")

    handler = desk_of("ninhkieu.chuyenvien")
    handler.get_by_role("link", name=SUBJECT).click()
    handler.get_by_role("button", name="Bắt đầu giải quyết").click()
    handler.get_by_label("Kết quả giải quyết").fill("Đã triển khai đến các đơn vị.")
    handler.get_by_role("button", name="Hoàn thành").click()
    expect(handler.get_by_role("status")).to_contain_text("Đã hoàn thành giải quyết")


def seen_by_reloading(page: Page, wanted: object) -> None:
    """Look again until the mail has come; it travels by itself."""
    for _ in range(30):
        if wanted.is_visible():  # type: ignore[attr-defined] # a locator
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(wanted).to_be_visible()  # type: ignore[call-overload] # a locator


def test_what_was_typed_survives_a_closed_window(desk_of: Desk) -> None:
    clerk = desk_of("chuyenvien")
    clerk.goto("/van-ban-di/moi")
    clerk.get_by_role("button", name="Công văn").click()
    page = clerk.url
    clerk.context.set_offline(True)
    clerk.get_by_label("Trích yếu").fill("Chưa kịp lưu")
    expect(clerk.locator("#save-state")).to_contain_text("Chưa lưu được")
    window = clerk.context
    clerk.close()

    window.set_offline(False)
    again = window.new_page()
    again.goto(page)

    again.get_by_role("button", name="Lấy lại").click()
    expect(again.get_by_label("Trích yếu")).to_have_value("Chưa kịp lưu")
    expect(again.locator("#save-state")).to_contain_text("Đã lưu")


def test_two_windows_on_one_draft_do_not_overwrite_each_other(desk_of: Desk) -> None:
    first = desk_of("chuyenvien")
    first.goto("/van-ban-di/moi")
    first.get_by_role("button", name="Kế hoạch").click()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Trích yếu").fill("Của cửa sổ thứ nhất")
    expect(first.locator("#save-state")).to_contain_text("Đã lưu")

    second.get_by_label("Trích yếu").fill("Của cửa sổ thứ hai")

    expect(second.locator("#save-state")).to_contain_text("Văn bản đã thay đổi sau khi trang này")
    second.get_by_role("button", name="Lưu", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Văn bản đã thay đổi sau khi trang này")
    expect(second.get_by_label("Trích yếu")).to_have_value("Của cửa sổ thứ hai")
    first.reload()
    expect(first.get_by_label("Trích yếu")).to_have_value("Của cửa sổ thứ nhất")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(desk_of: Desk, width: int) -> None:
    for username, addresses in {
        "chuyenvien": ("/", "/van-ban-di", "/van-ban-di/moi", "/van-ban-den"),
        "vanthu": ("/", "/so-van-ban-di", "/so-van-ban-den"),
        "quantri": ("/co-quan",),
    }.items():
        page = desk_of(username, width=width)
        for address in addresses:
            page.goto(address)

            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
