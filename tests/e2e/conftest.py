"""A whole installation and a real browser: everyone at their own window."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from console.demonstration.load import PASSWORD

ROOT = Path(__file__).parents[2]
PATIENCE = 30_000
"""Milliseconds that a page may take to show what the machine has done."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a demonstration that runs as a person would start it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    var = tmp_path_factory.mktemp("cài đặt") / "var"
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        (sys.executable, "-m", "console", "run"),
        cwd=ROOT,
        env={**os.environ, "VANTHU_DEMO": "1", "VANTHU_VAR": str(var), "VANTHU_PORT": port},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            assert any(address in line for line in running.stdout)
            yield address
        finally:
            running.terminate()
            running.wait(timeout=30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; where there is none, browser tests are skipped."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium was not found on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained about; a test that used them must end without any."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def desk_of(
    chromium: Browser, installation: str, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Sign somebody in, in a window of their own."""
    windows = []

    def sign_in(username: str, *, width: int = 1280, height: int = 900) -> Page:
        window = chromium.new_context(
            base_url=installation,
            viewport={"width": width, "height": height},
            locale="vi-VN",
        )
        windows.append(window)
        window.set_default_timeout(PATIENCE)
        page = window.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto("/dang-nhap")
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("heading", name="Việc của tôi").wait_for()
        return page

    yield sign_in
    for window in windows:
        window.close()
