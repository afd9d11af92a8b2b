"""With each kind of key a leader signs twenty at one go: one fails, nineteen are signed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from console.demonstration.load import PASSPHRASE
from tests.contract.servers.vgca import Conduct, Token, VgcaService, running, verbs
from tests.e2e.live import PATIENCE, Live, live
from tests.office import Desks
from tests.unit.workflow.way import Case
from workflow.models import Certificate, KeyKind, SigningKey
from workflow.states import OutgoingState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TWENTY = 20
LEADER = "phochutich"


@pytest.fixture(scope="module")
def office(shared_desks: Desks) -> Iterator[Live]:
    with live(shared_desks) as served:
        yield served


@pytest.fixture
def plugin(office: Live, tmp_path: Path) -> Iterator[VgcaService]:
    people = office.desks.settings.keys_folder / "people"
    mine, other = (Token(people / f"{who}.p12", PASSPHRASE) for who in (LEADER, "chutich"))
    with running(VgcaService(mine, other), tmp_path) as service:
        yield service


@pytest.fixture(scope="module")
def token(office: Live) -> UUID:
    """The leader's certificate is in a token, too."""
    desks = office.desks
    with desks.office.act() as session:
        person_id = desks.person(LEADER)
        query = select(Certificate.fingerprint).where(Certificate.person_id == person_id)
        key = SigningKey(
            person_id=person_id,
            kind=KeyKind.VGCA,
            label="Token của tôi",
            reference={"fingerprint": session.scalars(query).one()},
            registered_at=desks.clock(),
        )
        session.add(key)
        session.flush()
        return key.id


def choose_all(leader: Page, cases: list[Case]) -> None:
    """Tick the documents of this test and no others."""
    leader.goto("/ky-so")
    for box in leader.locator("input[name=document]:checked").all():
        box.uncheck()
    for case in cases:
        leader.locator(f"input[name=document][value^='{case.id}']").check()


def nineteen_of_twenty(leader: Page, cases: list[Case], reason: str) -> None:
    """Wait for the end and hold the page to what the documents say."""
    expect(leader.locator("#ket-qua .lead")).to_contain_text("Đã ký 19/20", timeout=4 * PATIENCE)
    expect(leader.locator("#ket-qua .lead")).to_contain_text("Chưa ký được 1")
    expect(leader.get_by_role("link", name="Ký lại văn bản chưa ký được")).to_be_visible()
    expect(leader.locator(".row-trouble")).to_contain_text(reason)
    states = [case.state for case in cases]
    assert states.count(OutgoingState.AWAITING_NUMBER) == TWENTY - 1


def test_with_a_test_key_one_was_changed_meanwhile(office: Live, chromium: Browser) -> None:
    cases = office.documents(TWENTY)
    with office.desk_of(chromium, LEADER) as leader, office.working():
        choose_all(leader, cases)
        cases[7].send_back(LEADER, "Cần bổ sung căn cứ ban hành.")
        expect(leader.locator(".key-only")).to_contain_text("khóa thử")
        leader.get_by_label("Mật khẩu khóa ký số").fill(PASSPHRASE)

        leader.get_by_role("button", name="Ký 20 văn bản").click()

        nineteen_of_twenty(leader, cases, "thay đổi")
    assert cases[7].state is OutgoingState.DRAFT


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("together", [True, False])
def test_with_a_token_through_vgca_one_is_not_brought(
    office: Live, chromium: Browser, plugin: VgcaService, *, together: bool
) -> None:
    cases = office.documents(TWENTY)
    plugin.many_at_once = together
    plugin.behave(*[Conduct.WELL] * 4, Conduct.NOTHING if together else Conduct.CANCELS)
    with office.desk_of(chromium, LEADER) as leader, office.working():
        choose_all(leader, cases)
        leader.get_by_label("Token của tôi").check()
        expect(leader.get_by_label("Mật khẩu khóa ký số")).to_be_hidden()

        leader.get_by_role("button", name="Ký 20 văn bản").click()

        nineteen_of_twenty(leader, cases, "không gửi tệp" if together else "Đã hủy")
    assert set(verbs(plugin)) == {"SignFiles" if together else "SignApproved"}


@pytest.mark.usefixtures("token")
def test_a_program_that_does_not_answer_is_skipped_and_the_page_can_be_left(
    office: Live, chromium: Browser, plugin: VgcaService
) -> None:
    cases = office.documents(2)
    plugin.many_at_once = False
    plugin.behave(Conduct.SILENT, Conduct.SILENT)
    with office.desk_of(chromium, LEADER) as leader, office.working():
        choose_all(leader, cases)
        leader.get_by_label("Token của tôi").check()
        leader.get_by_role("button", name="Ký 2 văn bản").click()
        expect(leader.locator("[data-say]")).to_contain_text("văn bản 1/2")
        leader.get_by_role("button", name="Bỏ qua văn bản này").click()
        expect(leader.locator("[data-say]")).to_contain_text("văn bản 2/2")

        leader.goto(leader.url)  # left and come back to, with the program in order again

        expect(leader.locator("#ket-qua .lead")).to_contain_text("Đã ký 1/2")
    assert {case.state for case in cases} == {
        OutgoingState.AWAITING_SIGNATURE,
        OutgoingState.AWAITING_NUMBER,
    }


@pytest.mark.usefixtures("token")
def test_where_the_program_is_not_installed_the_page_says_what_to_do(
    office: Live, chromium: Browser
) -> None:
    cases = office.documents(1)
    with office.desk_of(chromium, LEADER) as leader:
        leader.goto(f"/van-ban-di/{cases[0].id}/ky-so")
        leader.get_by_label("Token của tôi").check()

        leader.get_by_role("button", name="Ký số", exact=True).click()

        expect(leader.locator("[data-say]")).to_contain_text("Không thấy VGCA Sign Service")
        expect(leader.get_by_role("button", name="Thử lại")).to_be_visible()
    assert cases[0].state is OutgoingState.AWAITING_SIGNATURE
