"""One table says who may call what; the application and the table know the same views."""

from collections.abc import Callable

import pytest
from flask import Flask

from kernel.words import sentence
from tests.unit.web.conftest import Browser
from web.authorisation import TABLE, Anyone


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_view_stands_in_the_table_and_every_row_has_its_view(app: Flask) -> None:
    assert endpoints(app) == set(TABLE)


def test_only_the_door_the_check_for_everybody_the_look_and_the_figures_are_public() -> None:
    public = {endpoint for endpoint, audience in TABLE.items() if audience is Anyone.PUBLIC}

    assert public == {
        "static",
        "health.healthz",
        "health.metrics",
        "sign_in.door",
        "sign_in.enter",
        "agent_door.pair",
        "public_check.page",
        "public_check.check",
        "public_check.report",
        "api.verify",
    }


def test_only_a_program_with_a_one_time_address_comes_in_without_session_and_form_token() -> None:
    by_ticket = {endpoint for endpoint, audience in TABLE.items() if audience is Anyone.TICKET}

    assert by_ticket == {"ticket_door.fetch", "ticket_door.bring"}


def test_a_view_that_is_missing_in_the_table_is_refused(
    app: Flask, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("quantri")
    app.view_functions["forgotten"] = lambda: "secret"
    app.url_map.add(app.url_rule_class("/quen", endpoint="forgotten"))

    answer = browser.open("/quen")

    assert answer.status_code == 403
    assert "secret" not in browser.page
    assert sentence("web.not_in_table") in browser.page


def test_whoever_has_not_signed_in_is_led_to_the_door_and_then_to_where_they_wanted(
    browser: Browser,
) -> None:
    answer = browser.open("/van-ban-di?tim=dat+o")

    assert answer.status_code == 302
    assert answer.location == "/dang-nhap?next=/van-ban-di?tim%3Ddat%2Bo"


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("vanthu", "/co-quan"),
        ("vanthu", "/van-ban-di/moi"),
        ("chuyenvien", "/so-van-ban-di"),
        ("chuyenvien", "/so-van-ban-den"),
        ("quantri", "/so-van-ban-di"),
    ],
)
def test_a_page_of_another_post_is_refused_with_a_sentence(
    signed_in: Callable[[str], Browser], username: str, address: str
) -> None:
    browser = signed_in(username)

    answer = browser.open(address)

    assert answer.status_code == 403
    assert sentence("web.not_your_post") in browser.page


@pytest.mark.parametrize(
    ("username", "offered", "not_offered"),
    [
        ("vanthu", "/so-van-ban-di", "/co-quan"),
        ("quantri", "/co-quan", "/so-van-ban-di"),
        ("chuyenvien", "/van-ban-di/moi", "/so-van-ban-di"),
    ],
)
def test_the_page_offers_only_what_the_person_may_open(
    signed_in: Callable[[str], Browser], username: str, offered: str, not_offered: str
) -> None:
    browser = signed_in(username)

    browser.open("/")

    assert f'href="{offered}"' in browser.page
    assert f'href="{not_offered}"' not in browser.page
