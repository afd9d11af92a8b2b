"""On the telephone a leader reads, returns or approves with one thumb, and the next one opens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.live import Live, live
from tests.office import Desks
from workflow.states import OutgoingState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LEADER = "phochutich"
NARROW, LOW = 360, 740
THUMB = 48
"""Pixels that a thumb hits."""


@pytest.fixture(scope="module")
def office(shared_desks: Desks) -> Iterator[Live]:
    with live(shared_desks) as served:
        yield served


def in_reach(button: Locator) -> None:
    """Hold a button to be large, and within the lower part of the screen without scrolling."""
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB
    assert LOW / 2 < box["y"] < LOW - box["height"] + 1
    assert 0 <= box["x"] < box["x"] + box["width"] <= NARROW


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, page.url


def test_three_documents_are_decided_on_and_two_wait_for_the_computer(
    office: Live, chromium: Browser
) -> None:
    first, second, third = office.documents(3)
    with office.desk_of(chromium, LEADER, width=NARROW) as leader:
        leader.goto("/ky-so/tiep")
        assert str(first.id) in leader.url
        bar = leader.locator(".thumb")
        for button in ("Duyệt", "Chuyển lại"):
            in_reach(bar.get_by_text(button))
        fits(leader)
        expect(leader.locator(".sheet img").first).to_be_visible()

        bar.get_by_role("button", name="Duyệt").click()

        expect(leader.get_by_role("status")).to_contain_text("Đã duyệt")
        assert str(second.id) in leader.url
        bar.get_by_role("link", name="Chuyển lại").click()
        leader.get_by_label("Lý do").fill("Cần bổ sung căn cứ ban hành.")
        leader.get_by_role("button", name="Chuyển lại").click()
        assert str(third.id) in leader.url
        bar.get_by_role("button", name="Duyệt").click()
        expect(leader.get_by_text("2 văn bản đã duyệt đang chờ ký số")).to_be_visible()
        fits(leader)
        leader.get_by_role("main").get_by_role("link", name="Chờ ký số").click()
        fits(leader)
        assert leader.locator("input[name=document]:checked").count() == 2
    states = [OutgoingState.APPROVED, OutgoingState.DRAFT, OutgoingState.APPROVED]
    assert [case.state for case in (first, second, third)] == states


def test_a_decision_is_taken_back_before_it_is_signed(office: Live, chromium: Browser) -> None:
    (case,) = office.documents(1)
    with office.desk_of(chromium, LEADER) as leader:
        leader.goto(f"/van-ban-di/{case.id}/ky-so")
        leader.get_by_role("button", name="Duyệt, ký sau").click()
        leader.goto(f"/van-ban-di/{case.id}/ky-so")

        leader.get_by_role("button", name="Xem lại quyết định duyệt").click()

        expect(leader.get_by_role("button", name="Duyệt, ký sau")).to_be_visible()
    assert case.state is OutgoingState.AWAITING_SIGNATURE
