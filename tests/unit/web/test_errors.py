"""What went wrong is a Vietnamese sentence for people and problem+json for programs."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from kernel.settings import ROOT
from kernel.words import catalogue, sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser

_RAISED = re.compile(r'(?:Refused|Forbidden|NotFound|MovedOn|Unavailable)\(\s*"([a-z_.0-9]+)"')
_GIVEN = re.compile(r'"((?:workflow|draft|review|register|incoming|account)\.(?!id\b)[a-z_]+)"')


def sources(*folders: str) -> list[str]:
    return [
        file.read_text(encoding="utf-8")
        for folder in folders
        for file in Path(ROOT / folder).rglob("*.py")
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_that_is_raised_has_its_sentence(language: str) -> None:
    raised = {
        code
        for text in sources("kernel", "workflow", "web", "wiring")
        for code in _RAISED.findall(text)
    }
    raised |= {code for text in sources("workflow") for code in _GIVEN.findall(text)}

    assert len(raised) > 40
    assert raised - set(catalogue(language)) == set()


def test_both_languages_have_the_same_codes_with_the_same_facts() -> None:
    facts = re.compile(r"{(\w+)}")

    for area in ("web.", "workflow.", "draft.", "review.", "register.", "incoming.", "account."):
        vi, en = (
            {
                code: set(facts.findall(text))
                for code, text in catalogue(language).items()
                if code.startswith(area)
            }
            for language in ("vi", "en")
        )
        assert vi == en


def test_an_unknown_address_is_answered_in_vietnamese(browser: Browser) -> None:
    answer = browser.open("/khong-co-trang-nay")

    assert answer.status_code == 404
    assert sentence("web.http_404") in browser.page


def test_a_document_that_one_may_not_see_is_as_one_that_does_not_exist(
    signed_in: Callable[[str], Browser], desks: Desks
) -> None:
    browser = signed_in("chuyenvien2")

    hidden = browser.open(f"/van-ban-di/{desks.a_draft()}")
    hidden_page = re.sub(r"[0-9a-f]{32}", "", browser.page)
    missing = browser.open(f"/van-ban-di/{uuid4()}")

    assert hidden.status_code == missing.status_code == 404
    assert hidden_page == re.sub(r"[0-9a-f]{32}", "", browser.page)
    assert sentence("workflow.no_such_document") in browser.page


def test_a_program_gets_the_same_sentence_as_problem_json(
    signed_in: Callable[[str], Browser],
) -> None:
    browser = signed_in("chuyenvien")

    answer = browser.client.get(f"/van-ban-di/{uuid4()}", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "workflow.no_such_document"
    assert answer.get_json()["title"] == sentence("workflow.no_such_document")


def test_a_program_whose_session_ended_is_told_so_and_not_sent_to_a_form(
    browser: Browser,
) -> None:
    browser.open("/dang-nhap")

    answer = browser.client.get("/", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.get_json()["title"] == sentence("web.signed_out")


def test_an_upload_beyond_all_bounds_is_told_in_a_sentence(
    app: Flask, signed_in: Callable[[str], Browser], desks: Desks
) -> None:
    browser = signed_in("chuyenvien")
    document = desks.a_draft()
    app.config["MAX_CONTENT_LENGTH"] = 1000

    answer = browser.send(f"/van-ban-di/{document}/soan-thao", body="x" * 2000)

    assert answer.status_code == 413
    assert sentence("web.http_413") in browser.page


def test_a_page_that_breaks_says_so_and_names_the_request(
    app: Flask, signed_in: Callable[[str], Browser]
) -> None:
    def broken() -> str:
        raise RuntimeError

    browser = signed_in("chuyenvien")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["home.mine"] = broken

    answer = browser.open("/")

    assert answer.status_code == 500
    assert sentence("web.http_500") in browser.page
    assert answer.headers["X-Request-Id"] in browser.page
