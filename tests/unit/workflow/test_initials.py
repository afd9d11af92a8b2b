"""Ký nháy: drawn where the agency wishes it, before the leader sees the page."""

import pypdfium2
import pytest

from signing.making.fields import SIGNER_SIGNATURE
from tests.office import Desks
from tests.unit.workflow.way import Case, onward, walk
from workflow.models import Document, DocumentVersion, Person
from workflow.models.outgoing import ArtifactKind
from workflow.states import OutgoingState


@pytest.fixture(scope="module")
def initialled(shared_desks: Desks) -> Case:
    """The department for ethnic and religious affairs wishes ký nháy on its pages."""
    shared_desks.bells.clear()
    return walk(shared_desks, OutgoingState.AWAITING_SIGNATURE, "support-report")


def pictures(case: Case, kind: ArtifactKind) -> int:
    """How many pictures as large as ký nháy stand on the pages of a stage."""
    (artifact,) = [a for a in case.row.artifacts if a.kind is kind]
    pdf = case.desks.office.artifacts.get(artifact.sha256)
    with pypdfium2.PdfDocument(pdf) as document:
        images = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        found = [p.get_bounds() for page in document for p in page.get_objects(filter=[images])]
        return sum(right - left > 15 and top - bottom > 10 for left, bottom, right, top in found)


def version(case: Case) -> DocumentVersion:
    with case.desks.office.sessions() as session:
        document = session.get_one(Document, case.id)
        return session.get_one(DocumentVersion, document.current_version_id)


def test_who_answered_for_content_and_form_initial_the_page(initialled: Case):
    assert pictures(initialled, ArtifactKind.PRESENTED) == 0
    assert pictures(initialled, ArtifactKind.INITIALLED) == 2


def test_the_leader_is_shown_and_signs_the_page_with_the_initials(initialled: Case):
    (artifact,) = [a for a in initialled.row.artifacts if a.kind is ArtifactKind.INITIALLED]

    assert initialled.shown == artifact.sha256
    assert SIGNER_SIGNATURE in (version(initialled).places or {})
    onward(initialled, OutgoingState.AWAITING_ISSUE)
    assert initialled.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"


def test_nothing_on_the_page_moves_for_them(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.FORM_REVIEW, "support-report")
    checked = version(case)

    case.approve_form()
    case.desks.work_off()

    assert case.state is OutgoingState.AWAITING_SIGNATURE
    assert (version(case).pages, version(case).places) == (checked.pages, checked.places)


def test_a_reviewer_without_an_image_leaves_the_page_as_it_is(shared_desks: Desks):
    reviewer = shared_desks.person("sdttg.truongphong")
    with shared_desks.office.act() as session:
        session.get_one(Person, reviewer).initials_picture = None

    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE, "support-report")

    assert pictures(case, ArtifactKind.INITIALLED) == 1


def test_an_agency_that_does_not_wish_them_has_none(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)

    assert [artifact.kind for artifact in case.row.artifacts] == [ArtifactKind.PRESENTED]
