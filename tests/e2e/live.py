"""The pages on a port of this machine, with a test's own office behind them.

Documents are made by the office's verbs, which is quicker than by clicks; the background steps run
in a thread of their own while a test looks at the pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

from playwright.sync_api import Browser, Page, expect

from console.demonstration.load import PASSWORD
from kernel.errors import Unavailable
from tests.contract.servers.serving import served
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from web.app import create
from workflow.states import OutgoingState

PATIENCE = 30_000
"""Milliseconds that a page may take to show what the machine has done."""


@dataclass(frozen=True, slots=True)
class Live:
    """An office with its pages."""

    desks: Desks
    address: str

    def documents(self, count: int) -> list[Case]:
        """Make documents that wait for the deputy chairwoman's signature, a second apart."""
        made = []
        for _ in range(count):
            self.desks.clock.pass_by(seconds=1)
            made.append(walk(self.desks, OutgoingState.AWAITING_SIGNATURE))
        return made

    @contextmanager
    def working(self) -> Iterator[None]:
        """Do the background steps while the block runs."""
        ended = Event()

        def work() -> None:
            while not ended.wait(0.05):
                with suppress(Unavailable):  # a person is awaited; the bell comes again
                    self.desks.work_off()

        worker = Thread(target=work, daemon=True)
        worker.start()
        try:
            yield
        finally:
            ended.set()
            worker.join(30)

    @contextmanager
    def desk_of(self, browser: Browser, username: str, *, width: int = 1280) -> Iterator[Page]:
        """Sign somebody in, in a window of their own that takes the plug-in's certificate."""
        window = browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 740 if width < 700 else 900},
            locale="vi-VN",
            ignore_https_errors=True,
        )
        window.set_default_timeout(PATIENCE)
        page = window.new_page()
        page.goto("/dang-nhap")
        page.get_by_label("Tên đăng nhập").fill(username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("heading", name="Việc của tôi").wait_for()
        yield page
        window.close()


@contextmanager
def live(desks: Desks) -> Iterator[Live]:
    """Serve the pages of an office."""
    expect.set_options(timeout=PATIENCE)
    settings = desks.settings.model_copy(update={"demo": True, "redis_url": ""})
    with served(create(desks.office, settings)) as address:
        yield Live(desks, address)
