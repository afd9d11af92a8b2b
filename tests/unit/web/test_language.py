"""Vietnamese first, English second, and a word for every value of the program."""

import io
from collections.abc import Callable
from enum import StrEnum

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from documents.content import Circulation, Form, Urgency
from documents.finding import Severity
from exchange.packet import Status
from kernel.settings import ROOT
from kernel.words import catalogue
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    Integrity,
    Modifications,
    Timestamp,
)
from tests.unit.web.conftest import Browser
from workflow.authorities.trust_list import EntryState
from workflow.models import TrustKind, TrustScheme
from workflow.models.organisation import PostRole
from workflow.models.outgoing import ArtifactKind, ReviewKind
from workflow.outgoing.draft import Draft
from workflow.states import (
    WORK,
    DeliveryState,
    IncomingAction,
    IncomingState,
    OutgoingAction,
    OutgoingState,
)

WORDS: list[tuple[str, type[StrEnum]]] = [
    ("outgoing_state", OutgoingState),
    ("incoming_state", IncomingState),
    ("delivery_state", DeliveryState),
    ("status", Status),
    ("urgency", Urgency),
    ("circulation", Circulation),
    ("form", Form),
    ("severity", Severity),
    ("check_passed", ReviewKind),
    ("check_failed", ReviewKind),
    ("stage", ArtifactKind),
    ("file_name", ArtifactKind),
    ("did", OutgoingAction),
    ("did", IncomingAction),
    ("verdict", Conclusion),
    ("verdict_means", Conclusion),
    ("integrity", Integrity),
    ("modifications", Modifications),
    ("trust", CertificateTrust),
    ("timestamp", Timestamp),
    ("post_role", PostRole),
    ("trust_kind", TrustKind),
    ("trust_scheme", TrustScheme),
    ("trust_state", EntryState),
]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("kind", "values"), WORDS)
def test_every_value_that_a_page_shows_has_its_word(
    language: str, kind: str, values: type[StrEnum]
) -> None:
    missing = {f"web.{kind}.{value}" for value in values} - set(catalogue(language))

    assert missing == set()


def test_every_field_of_a_draft_and_every_step_of_the_machine_has_its_word() -> None:
    fields = {f"web.field.{name}" for name in Draft.model_fields}
    steps = {f"web.working.{state}" for state in WORK}

    assert fields | steps <= set(catalogue("vi"))


def test_every_phrase_of_the_templates_has_its_english() -> None:
    found = {
        phrase
        for _, _, phrase, _, _ in extract_from_dir(
            ROOT / "templates" / "web", method_map=[("**.html", "jinja2")]
        )
    }
    words = read_po(
        io.BytesIO((ROOT / "translations/en/LC_MESSAGES/messages.po").read_bytes()), locale="en"
    )
    translated = {message.id for message in words if message.id and message.string}

    assert len(found) > 200
    assert found == translated


def test_the_page_changes_its_language_and_keeps_it(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("chuyenvien")

    browser.open("/?lang=en")
    browser.open("/")

    assert '<html lang="en">' in browser.page
    assert "My work" in browser.page
    assert "Việc của tôi" not in browser.page


def test_vietnamese_is_spoken_to_everybody_who_asks_for_nothing_else(browser: Browser) -> None:
    browser.open("/dang-nhap", headers={"Accept-Language": "en"})

    assert '<html lang="vi">' in browser.page
    assert "Đăng nhập" in browser.page


def test_a_language_that_is_not_spoken_is_not_chosen(browser: Browser) -> None:
    browser.open("/dang-nhap?lang=fr")

    assert '<html lang="vi">' in browser.page
