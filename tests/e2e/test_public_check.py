"""A citizen checks a file in their own browser, on a computer and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kernel.words import sentence

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SIGNED = (
    Path(__file__).parents[1] / "data" / "signing" / "pyhanko__minimal-two-fields-signed-twice.pdf"
)


@pytest.fixture(params=[360, 1280], ids=["phone", "computer"])
def page(
    chromium: Browser, installation: str, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    window = chromium.new_context(
        base_url=installation, viewport={"width": request.param, "height": 800}, locale="vi-VN"
    )
    opened = window.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield opened
    window.close()


def checked(page: Page, file: Path) -> None:
    page.goto("/dang-nhap")
    page.get_by_role("link", name="Kiểm tra chữ ký số của một tệp").click()
    page.get_by_label("Tệp PDF cần kiểm tra").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.get_by_role("region", name="Kết quả").wait_for()


def test_what_was_found_is_read_at_a_glance_and_taken_away(page: Page) -> None:
    checked(page, SIGNED)

    result = page.get_by_role("region", name="Kết quả")
    expect(result).to_contain_text(SIGNED.name)
    expect(result.locator(".verdict-words")).to_be_in_viewport()
    expect(result.locator(".signature")).to_have_count(2)
    for button, suffix, beginning in (
        ("Tải phiếu kiểm tra (PDF)", ".pdf", b"%PDF-"),
        ("Tải báo cáo ETSI (XML)", ".xml", b"<?xml"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename.endswith(suffix)
        assert Path(download.value.path()).read_bytes().startswith(beginning)


def test_nothing_stands_beyond_the_edge_of_the_screen(page: Page) -> None:
    checked(page, SIGNED)
    for closed in page.locator("summary").all():
        closed.click()

    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")

    assert widths[0] <= widths[1]


def test_a_file_that_is_no_pdf_is_told_kindly(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "thư mời.docx"
    file.write_bytes(b"PK\x03\x04 not a PDF")

    checked(page, file)

    result = page.get_by_role("region", name="Kết quả")
    expect(result).to_contain_text(sentence("web.verdict.INDETERMINATE"))
    expect(result).to_contain_text(re.compile("không phải|Không đọc được"))
    expect(result).not_to_contain_text(sentence("web.verdict.TOTAL_FAILED"))
