"""Signing in: the right people, slowly guessed, and out again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from console.demonstration.load import PASSWORD
from kernel.settings import Settings
from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from web.app import create
from workflow.models import Account


def test_a_wrong_password_is_told_and_the_name_stays_in_its_field(browser: Browser) -> None:
    browser.open("/dang-nhap")

    answer = browser.send("/dang-nhap", username="chuyenvien", password="sai")

    assert answer.status_code == 422
    assert sentence("account.wrong") in browser.page
    assert 'value="chuyenvien"' in browser.page


def test_a_name_that_does_not_exist_gets_the_same_answer_as_a_wrong_password(
    browser: Browser,
) -> None:
    browser.open("/dang-nhap")

    answer = browser.send("/dang-nhap", username="khong.co", password=PASSWORD)

    assert answer.status_code == 422
    assert sentence("account.wrong") in browser.page


def test_the_eleventh_guess_in_a_minute_is_not_looked_at(browser: Browser) -> None:
    browser.open("/dang-nhap")
    for _ in range(10):
        assert browser.send("/dang-nhap", username="vanthu", password="sai").status_code == 422

    answer = browser.send("/dang-nhap", username="VanThu ", password=PASSWORD)

    assert answer.status_code == 429
    assert sentence("web.http_429") in browser.page
    assert "user" not in answer.headers.get("Set-Cookie", "")


def test_guessing_one_account_does_not_lock_another_out(browser: Browser) -> None:
    browser.open("/dang-nhap")
    for _ in range(11):
        browser.send("/dang-nhap", username="vanthu", password="sai")

    browser.open("/dang-nhap")

    answer = browser.send("/dang-nhap", username="kiemtra", password=PASSWORD)
    assert answer.location == "/"


@pytest.mark.parametrize(
    "onward",
    [
        "https://example.com/",
        "//example.com",
        "/\\example.com",
        "/\t/example.com",
        "/\n//example.com",
        "",
    ],
)
def test_after_signing_in_nobody_is_sent_to_a_foreign_address(
    browser: Browser, onward: str
) -> None:
    browser.open("/dang-nhap")

    answer = browser.send("/dang-nhap", username="vanthu", password=PASSWORD, next=onward)

    assert answer.location == "/"


def test_raising_the_epoch_of_an_account_ends_its_sessions(
    desks: Desks, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("vanthu")
    with desks.office.act() as session:
        session.execute(update(Account).where(Account.username == "vanthu").values(session_epoch=2))

    answer = browser.open("/")

    assert answer.location.startswith("/dang-nhap")


def test_who_has_signed_out_is_out(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("vanthu")

    browser.send("/dang-xuat")

    assert browser.open("/").location.startswith("/dang-nhap")


def test_the_cookie_is_kept_from_scripts_and_foreign_sites(app: Flask) -> None:
    answer = app.test_client().get("/dang-nhap")

    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("demo", "address", "secure"),
    [
        (True, "http://127.0.0.1:8080", False),
        (False, "http://127.0.0.1:8080", True),
        (True, "https://vanthu.example", True),
        (False, "https://vanthu.example", True),
    ],
)
def test_the_cookie_travels_unencrypted_only_in_a_demonstration_on_this_machine(
    desks: Desks, *, demo: bool, address: str, secure: bool
) -> None:
    app = create(desks.office, with_address(desks.settings, demo=demo, address=address))

    answer = app.test_client().get("/dang-nhap")

    assert ("Secure" in answer.headers["Set-Cookie"]) is secure


def with_address(settings: Settings, *, demo: bool, address: str) -> Settings:
    return settings.model_copy(update={"demo": demo, "public_url": address, "redis_url": ""})


def test_signing_in_works_while_redis_is_away(desks: Desks, tmp_path: object) -> None:
    away = {"redis_url": f"redis+socket://:x@{tmp_path}/redis.sock", "demo": True}
    browser = Browser(create(desks.office, desks.settings.model_copy(update=away)).test_client())
    browser.open("/dang-nhap")

    answer = browser.send("/dang-nhap", username="vanthu", password=PASSWORD)

    assert answer.location == "/"


def test_the_counters_of_guesses_are_shared_through_redis(desks: Desks) -> None:
    settings = desks.settings.model_copy(update={"demo": True})
    first, second = (Browser(create(desks.office, settings).test_client()) for _ in range(2))
    for browser in (first, second):
        browser.open("/dang-nhap")
    for _ in range(10):
        first.send("/dang-nhap", username="stc.vanthu", password="sai")

    answer = second.send("/dang-nhap", username="stc.vanthu", password="sai")

    assert answer.status_code == 429
