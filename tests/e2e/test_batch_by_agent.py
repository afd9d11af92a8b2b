"""Twenty documents are chosen on the page and signed with the device at the leader's computer."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from agent import pairing
from console.demonstration.load import PASSWORD
from tests.contract.computer import Console, certified, pages_of, serving
from tests.contract.softhsm import MODULE, PIN, SoftToken, soft_token
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow.states import OutgoingState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LEADER = "phochutich"
MANY = 20
PATIENCE = 60_000


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftToken]:
    with soft_token(tmp_path_factory.mktemp("usb"), "Token") as token:
        yield token


@pytest.fixture(scope="module")
def cases(shared_desks: Desks, token: SoftToken) -> list[Case]:
    """What waits for the leader, whose device is registered."""
    certified(shared_desks, token, LEADER, "Phó Chủ tịch")
    return [walk(shared_desks, OutgoingState.AWAITING_SIGNATURE) for _ in range(MANY)]


@pytest.fixture
def page(cases: list[Case], chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    """The leader, signed in."""
    with serving(pages_of(cases[0].desks)) as origin:
        window = chromium.new_context(base_url=origin, locale="vi-VN")
        window.set_default_timeout(PATIENCE)
        opened = window.new_page()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto("/dang-nhap")
        opened.get_by_label("Tên đăng nhập").fill(LEADER)
        opened.get_by_label("Mật khẩu").fill(PASSWORD)
        opened.get_by_role("button", name="Đăng nhập").click()
        yield opened
        window.close()


def test_one_document_is_withdrawn_and_nineteen_are_signed_under_one_pin(
    page: Page, cases: list[Case], tmp_path: Path
):
    desks, console = cases[0].desks, Console(tmp_path / "máy")
    page.goto("/may-ky")
    page.get_by_label("Tên gọi của máy").fill("Máy ở phòng làm việc")
    page.get_by_role("button", name="Lấy mã ghép").click()
    (command,) = re.findall(r"agent (pair \S+ \S+)", page.locator("code").inner_text())
    status, printed = console.run(*command.replace(desks.settings.public_url, here(page)).split())
    assert status == 0, printed
    page.goto("/ky-so")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("radio", name="Máy ở phòng làm việc").check()
    page.get_by_role("button", name=f"Ký {MANY} văn bản").click()
    page.get_by_role("heading", name="Ký bằng Máy ký").wait_for()

    away(cases[7].withdraw)
    status, printed = console.run(
        "run", "--once", "--module", MODULE, typed=["ky", PIN], patience=300
    )
    away(desks.work_off)

    assert status == 0, printed
    assert f"{MANY - 1} văn bản đã ký, 1 chưa ký" in printed
    result = page.get_by_role("status")
    expect(result).to_contain_text(f"Đã ký {MANY - 1}/{MANY}", timeout=PATIENCE)
    expect(result).to_contain_text("Chưa ký được 1")
    states = [case.state for case in cases]
    assert states.count(OutgoingState.AWAITING_NUMBER) == MANY - 1
    assert states[7] is OutgoingState.DRAFT
    assert pairing.kept(console.folder).username == LEADER


def here(page: Page) -> str:
    """Give the address of this server, whose port the settings do not know."""
    return page.evaluate("location.origin")


def away(act) -> None:
    """Act in a thread: the browser's event loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(act).result()
