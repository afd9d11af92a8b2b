"""Văn thư seals with the agency's token at her computer: the number first, then file by file."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.servers.vgca import Conduct, VgcaService, running, verbs
from tests.contract.test_vgca import (
    LEADER,
    offered,
    orders,
    program,
    sealing_program,
    with_vgca,
)
from tests.e2e.live import Live, live
from tests.office import Desks
from tests.unit.workflow.test_annexes import enclosures, scan, with_files
from tests.unit.workflow.way import Case, onward
from workflow.models.outgoing import ArtifactKind
from workflow.states import OutgoingState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def office(shared_desks: Desks) -> Iterator[Live]:
    with live(shared_desks) as served:
        with_vgca(shared_desks, agency="ubnd")
        yield served


@pytest.fixture(scope="module")
def leaders_key(shared_desks: Desks) -> UUID:
    return with_vgca(shared_desks, person_id=shared_desks.person(LEADER))


@pytest.fixture
def plugin(office: Live, tmp_path: Path) -> Iterator[VgcaService]:
    with running(sealing_program(office.desks), tmp_path) as service:
        yield service


@pytest.fixture
def signed(office: Live, leaders_key: UUID) -> Case:
    """A document with an annex, which its leader has signed with a token."""
    with ThreadPoolExecutor(1) as beside_the_browsers_loop:
        return beside_the_browsers_loop.submit(_signed, office, leaders_key).result()


def _signed(office: Live, leaders_key: UUID) -> Case:
    case = with_files(office.desks, ("Phụ lục I.pdf", scan()))
    onward(case, OutgoingState.AWAITING_SIGNATURE)
    batch_id = offered(case, leaders_key)
    (order,) = orders(office.desks, LEADER, batch_id, office.address)
    program(office.desks).work(order, Conduct.WELL)
    office.desks.work_off()
    assert case.state is OutgoingState.AWAITING_NUMBER
    return case


def seal(clerk: Page, case: Case, button: str) -> None:
    clerk.goto(f"/van-ban-di/{case.id}/cap-so")
    clerk.get_by_role("button", name=button).click()


def test_number_document_and_annex_are_sealed_at_one_go(
    office: Live, chromium: Browser, plugin: VgcaService, signed: Case
) -> None:
    with office.desk_of(chromium, "vanthu") as clerk, office.working():
        seal(clerk, signed, "Cấp số, ký số cơ quan bằng «Token VGCA» tại máy này")

        expect(clerk.locator("#ket-qua .lead")).to_contain_text("Đã ký xong 2 văn bản")
        expect(clerk.locator("#ket-qua")).to_contain_text("Phụ lục I.pdf")
        expect(clerk.locator("[data-vgca]")).to_be_hidden()
    assert signed.state is OutgoingState.AWAITING_ISSUE
    assert sorted(verbs(plugin)) == ["SignAppendix", "SignIssued"]
    written = [json.loads(said) for verb, said in plugin.asked if verb == "SignIssued"]
    assert {(order["DocNumber"], order["IssuedDate"]) for order in written} == {("", "")}
    assert enclosures(signed)["Phụ lục I.pdf"].sealed
    verdict = next(a for a in signed.row.artifacts if a.kind is ArtifactKind.ISSUED).verdict
    assert verdict["conclusion"] == "TOTAL_PASSED"


def test_where_one_file_is_missing_nothing_is_sealed_and_the_number_stays(
    office: Live, chromium: Browser, plugin: VgcaService, signed: Case
) -> None:
    plugin.behave(Conduct.WELL, Conduct.CANCELS)
    with office.desk_of(chromium, "vanthu") as clerk, office.working():
        seal(clerk, signed, "Cấp số, ký số cơ quan bằng «Token VGCA» tại máy này")
        expect(clerk.locator("#ket-qua .lead")).to_contain_text("Chưa ký được 2")
        number = signed.row.code_number
        assert signed.state is OutgoingState.AWAITING_SEAL
        office.desks.clock.pass_by(seconds=1)

        seal(clerk, signed, "Ký số cơ quan bằng «Token VGCA» tại máy này")

        expect(clerk.locator("#ket-qua .lead")).to_contain_text("Đã ký xong 2 văn bản")
    assert (signed.state, signed.row.code_number) == (OutgoingState.AWAITING_ISSUE, number)
