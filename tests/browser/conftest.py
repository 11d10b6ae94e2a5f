"""A real browser on a real server with one world of data, for all tests of this folder.

``page_as(user, language, width, dark)`` opens pages of a signed-in person and collects what the browser complains of;
``walk`` gives every address of the desk that answers GET. The world is made once: tests look, they change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings

from tests import parts
from tests.browser import world as worlds
from tests.browser.addresses import addresses

WITHOUT_WORDS = "ERR_HTTP_RESPONSE_CODE_FAILURE"
NO_PAGE = ("Download is starting", "ERR_ABORTED", WITHOUT_WORDS)
"""What the browser says of a file, and of an answer without any words."""
COMPLAINTS = """
window.complaints = [];
document.addEventListener("securitypolicyviolation", (event) => window.complaints.push(
  `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile || ""}:${event.lineNumber} ${event.sample}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-django makes a database only where some test is marked."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("django_db")


@pytest.fixture(autouse=True)
def _django_db_helper() -> None:
    """In place of pytest-django's own: the server sees only what is committed, so no test here is rolled back."""


@dataclass
class Tab:
    """One page of a person's browser; ``open`` demands an answer of ``status``."""

    page: Any
    root: str
    said: list[str] = field(default_factory=list)
    """What the console said, and last of which address."""
    refused: set[str] = field(default_factory=lambda: {"chrome-error://chromewebdata/"})
    """Addresses that have no page; the console says so, sometimes when the next page is there already."""

    def open(self, address: str, status: int = 200) -> Any:
        """Goes there and waits until the page has loaded; the page."""
        answer = self.page.goto(self.root + address, wait_until="load")
        assert answer is not None and answer.status == status, f"{address}: {answer and answer.status}"
        return self.page

    def may_open(self, address: str) -> bool:
        """Goes there; False where the answer is no page: a download, another address, or that it is not to be had."""
        answer = self._went(address)
        if answer is None:
            return False
        assert answer.status in (200, 403, 404, 405), f"{address}: {answer.status}"
        if not answer.ok:
            self.refused.add(self.root + address)
        return answer.ok and "text/html" in answer.headers.get("content-type", "")

    def _went(self, address: str) -> Any:
        """The answer; None where the browser has nothing to show but, a little later, a page of its own about that."""
        try:
            return self.page.goto(self.root + address, wait_until="load")
        except Exception as error:
            if not any(text in str(error) for text in NO_PAGE):
                raise
            if WITHOUT_WORDS in str(error):
                self.page.wait_for_url("chrome-error://**")
                self.page.goto("about:blank")
            self.refused.add(self.root + address)
            return None

    def darken(self, dark: bool = True) -> None:
        """Shows the same page in the other theme, as the reader's system asks for it."""
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def complaints(self) -> list[str]:
        """What broke the policy on this page, and what its console says; then nothing until the next."""
        unasked = {*self.refused, f"{self.root}/favicon.ico"}  # of files and other answers that name no icon
        said = [text for text in self.said if text.rpartition(" ")[2] not in unasked]
        found = [*self.page.evaluate("window.complaints"), *said]
        self.said.clear()
        return found

    def too_wide(self) -> int:
        """By how many pixels the page can be moved sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="package")
def settings_of_the_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(**worlds.settings_of(tmp_path_factory.mktemp("world"))):
        yield


@pytest.fixture(scope="package")
def world(django_db_setup: Any, django_db_blocker: Any, settings_of_the_world: None) -> Iterator[worlds.World]:
    """The data, in the test's own database; gone when this folder's last test has ended."""
    from django.conf import settings
    from django.core.management import call_command

    parts.need("chromium")
    with django_db_blocker.unblock():
        try:
            yield worlds.make(settings.PLATFORM_URLS["platform"])
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def served(world: worlds.World) -> Iterator[str]:
    """The address of a server with the world's data, without a slash at its end."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium. Playwright's own loop runs in this thread, where Django would refuse every query."""
    from django.db import connections

    chromium = parts.need("chromium")
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install playwright")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()
        connections.close_all()  # those that this loop has opened
    patch.undo()


@pytest.fixture
def page_as(browser: Any, served: str) -> Iterator[Callable[..., Tab]]:
    """``page_as(sam, "sv", 390, dark=True)``; without a user nobody is signed in."""
    contexts = []

    def opened(user: Any = None, language: str = "en", width: int = 1360, *, dark: bool = False) -> Tab:
        theme = "dark" if dark else "light"
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, base_url=served
        )
        contexts.append(context)
        cookies = {"django_language": language, **(session_of(user) if user else {})}
        context.add_cookies([{"name": name, "value": value, "url": served} for name, value in cookies.items()])
        context.add_init_script(COMPLAINTS)
        page = context.new_page()
        tab = Tab(page, served)
        page.on("console", lambda said: tab.said.append(_told(said)) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: tab.said.append(str(error)))
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def walk(world: worlds.World) -> list[str]:
    """Every address of the desk that answers GET, with the numbers of real records."""
    return addresses()


def _told(message: Any) -> str:
    return f"{message.text} {message.location.get('url', '')}"


def session_of(user: Any) -> dict[str, str]:
    """The cookie of a session as this person's own sign-in leaves it."""
    from django.conf import settings

    from tests.cast import Browser

    client = Browser()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
