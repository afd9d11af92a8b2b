"""A browser without pictures: Flask's own client, signed in as somebody of the province."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.demonstration.load import PASSWORD
from tests.office import Desks
from web.app import create

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SEEN = re.compile(r'name="seen" value="(\d+)"')


@dataclass(slots=True)
class Browser:
    """Opens pages and sends forms the way a browser does: with the token and count of the page."""

    client: FlaskClient
    page: str = ""

    def open(self, address: str, **options: Any) -> TestResponse:
        answer = self.client.get(address, **options)
        return self._shown(answer)

    def send(self, address: str, **fields: Any) -> TestResponse:
        found = {"csrf_token": _TOKEN.search(self.page), "seen": _SEEN.search(self.page)}
        own = {name: match[1] for name, match in found.items() if match}
        return self._shown(self.client.post(address, data=own | fields))

    def _shown(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and not answer.location:
            self.page = answer.get_data(as_text=True)
        return answer


@pytest.fixture
def desks(shared_desks: Desks) -> Desks:
    """The office of the module: its tests make documents of their own and do not count others'."""
    return shared_desks


@pytest.fixture
def app(desks: Desks) -> Flask:
    """The pages, opened anew for each test."""
    settings = desks.settings.model_copy(update={"demo": True, "redis_url": ""})
    return create(desks.office, settings)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who has not signed in."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], Browser]:
    """Give a browser of its own to anybody."""

    def sign_in(username: str) -> Browser:
        browser = Browser(app.test_client())
        browser.open("/dang-nhap")
        answer = browser.send("/dang-nhap", username=username, password=PASSWORD)
        assert answer.status_code == 302
        browser.open("/")
        return browser

    return sign_in
