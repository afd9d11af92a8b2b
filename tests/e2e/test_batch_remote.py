"""With a key at a remote service a leader signs twenty at one go: one fails, nineteen are done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.remote_office import LABEL, LEADER, PIN, Remote, remote_key
from tests.e2e.live import PATIENCE, Live, live
from tests.office import Desks
from tests.unit.workflow.way import Case
from workflow.states import OutgoingState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TWENTY = 20


@pytest.fixture
def remote(shared_desks: Desks, request: pytest.FixtureRequest) -> Iterator[Remote]:
    with remote_key(shared_desks, request.param, person_seconds=60) as remote:
        yield remote


@pytest.fixture
def office(remote: Remote) -> Iterator[Live]:
    with live(remote.desks) as served:
        yield served


def choose(leader: Page, cases: list[Case], remote: Remote) -> None:
    leader.goto("/ky-so")
    ticked = leader.locator("input[name=document]:checked")
    while ticked.count():
        ticked.first.uncheck()
    for case in cases:
        leader.locator(f"input[name=document][value^='{case.id}']").check()
    leader.locator(f"input[name=key][value='{remote.key_id}']").check()


@pytest.mark.parametrize("remote", ["csc"], indirect=True)
def test_with_a_pin_one_is_refused_by_the_service(
    office: Live, remote: Remote, chromium: Browser
) -> None:
    cases = office.documents(TWENTY)
    remote.server.behaviour.refuses_place = 4
    with office.desk_of(chromium, LEADER) as leader, office.working():
        choose(leader, cases, remote)
        leader.get_by_label("Mã PIN của dịch vụ ký số").fill(PIN)

        leader.get_by_role("button", name="Ký 20 văn bản").click()

        nineteen_of_twenty(leader, cases)
    assert len(remote.server.calls("credentials/authorize")) == 1


@pytest.mark.parametrize("remote", ["mysign", "smartca"], indirect=True)
def test_by_one_confirmation_on_the_telephone_one_is_refused_by_the_service(
    office: Live, remote: Remote, chromium: Browser
) -> None:
    cases = office.documents(TWENTY)
    remote.server.behaviour.refuses_place = 4
    with office.desk_of(chromium, LEADER) as leader, office.working():
        choose(leader, cases, remote)
        expect(leader.locator("[data-secret-field]")).to_be_hidden()

        leader.get_by_role("button", name="Ký 20 văn bản").click()
        expect(leader.locator("#ket-qua .notice")).to_contain_text(f"«{LABEL}» trên điện thoại")
        remote.confirm()

        nineteen_of_twenty(leader, cases)


def nineteen_of_twenty(leader: Page, cases: list[Case]) -> None:
    """Wait for the end and hold the page to what the documents say."""
    expect(leader.locator("#ket-qua .lead")).to_contain_text("Đã ký 19/20", timeout=4 * PATIENCE)
    expect(leader.locator("#ket-qua .lead")).to_contain_text("Chưa ký được 1")
    expect(leader.locator(".row-trouble")).to_contain_text("Dịch vụ ký số từ xa")
    states = [case.state for case in cases]
    assert states.count(OutgoingState.AWAITING_NUMBER) == TWENTY - 1
