"""What every answer carries, and what no form gets around."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from web.app import create


def test_every_answer_forbids_foreign_scripts_frames_and_guessing_of_types(app: Flask) -> None:
    answer = app.test_client().get("/dang-nhap")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pages_hold_no_script_and_no_style_of_their_own(
    signed_in: Callable[[str], Browser], desks: Desks
) -> None:
    browser = signed_in("chuyenvien")
    document = desks.a_draft()

    for address in ("/", "/van-ban-di", "/van-ban-di/moi", f"/van-ban-di/{document}/soan-thao"):
        browser.open(address)

        assert not re.search(r"<script(?![^>]*\ssrc=)", browser.page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", browser.page)


def test_every_answer_has_a_request_id_of_its_own(app: Flask) -> None:
    client = app.test_client()

    ids = {client.get("/dang-nhap").headers["X-Request-Id"] for _ in range(3)}

    assert len(ids) == 3


def test_only_behind_https_browsers_are_told_to_stay_with_https(desks: Desks) -> None:
    https = desks.settings.model_copy(
        update={"public_url": "https://vanthu.example", "redis_url": ""}
    )
    http = desks.settings.model_copy(update={"redis_url": ""})

    with_https = create(desks.office, https).test_client().get("/dang-nhap")
    without = create(desks.office, http).test_client().get("/dang-nhap")

    assert "max-age=31536000" in with_https.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in without.headers


def test_a_form_without_its_token_is_refused_and_nothing_happens(
    signed_in: Callable[[str], Browser], desks: Desks
) -> None:
    browser = signed_in("chuyenvien")
    document = desks.a_draft()

    answer = browser.client.post(f"/van-ban-di/{document}/bo", data={"seen": desks.seen(document)})

    assert answer.status_code == 400
    assert sentence("web.csrf") in answer.get_data(as_text=True)
    assert desks.document(document).state == "draft"


def test_the_key_of_the_cookies_is_made_once_and_only_its_owner_may_read_it(
    desks: Desks, tmp_path: Path
) -> None:
    file = tmp_path / "khóa" / "session"
    settings = desks.settings.model_copy(update={"secret_key_file": file, "redis_url": ""})

    first = create(desks.office, settings).config["SECRET_KEY"]
    second = create(desks.office, settings).config["SECRET_KEY"]

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in file.parent.iterdir()] == ["session"]


def test_operators_see_whether_it_lives_and_how_much_lies_where(desks: Desks, app: Flask) -> None:
    client = app.test_client()
    before = drafts(client.get("/metrics").text)

    desks.a_draft()

    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert drafts(client.get("/metrics").text) == before + 1


def drafts(figures: str) -> float:
    found = re.search(r'vanthu_documents\{kind="outgoing",state="draft"\} ([\d.]+)', figures)
    return float(found[1]) if found else 0


def test_figures_are_given_to_this_machine_only(app: Flask) -> None:
    client = app.test_client()

    from_afar = client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    through_a_proxy = client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"})

    assert from_afar.status_code == through_a_proxy.status_code == 404
