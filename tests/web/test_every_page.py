"""Every page there is, held against what every page owes a person: access, one heading, one main action, room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from starlette.routing import Route

from phoneward import phones
from phoneward.web.pages import ROUTES
from tests.web.all_pages import (
    AWAY,
    DEVICES,
    EVERYTHING,
    IN_A_NEW_VAULT,
    IN_A_VAULT,
    LOCKED,
    NO_COMMAND,
    NO_PAGE,
    SET_UP,
    Example,
    Place,
    in_a_new_vault,
    in_a_vault,
    same_session,
    stages,
)
from tests.web.browser import NARROW, PHONE, Look, axe, fits, opened, screenshot
from tests.web.setup_help import cheap_vaults, empty_site, make_card
from tests.web.site import Site, make_settings, serving

LOOKS = [Look("en"), Look("zh_CN", dark=True, size=PHONE), Look("zh_CN", size=NARROW)]
LANGUAGES = {"en": "en", "zh_CN": "zh-Hans"}
NOT_IN_THE_BAR = ("/setup", "/jobs", "/parts", "/story", "/unlock", "/no")
TWICE = "250%"
"""The style's own size of the letters is 125 % of the browser's."""
BROKEN = r"""() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = new Range();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const word of node.data.matchAll(/(?<!\S)[A-Za-z]{2,14}(?=[.,:;?!)]*(\s|$))/g)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) found.push(word[0]);
        }
    }
    return found;
}"""
"""Short words that stand on more than one line."""

PARTS = """() => {
    const all = (selector) => [...document.querySelectorAll(selector)], text = (one) => one.innerText;
    return {
        headings: all("h1").map(text),
        lang: document.documentElement.getAttribute("lang"),
        marked: all(".top [aria-current]").length,
        mains: all(".button.main").filter((one) => one.checkVisibility({visibilityProperty: true})).length,
        commands: all(".command code").map(text),
    };
}"""
"""What a page shows, asked for at once: 500 pages are looked at."""


@pytest.fixture(scope="module", autouse=True)
def _no_phone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phones, "list_adb_devices", lambda: DEVICES)
        patch.setenv("PHONEWARD_ADB", "/nowhere/adb")
        yield


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with in_a_vault(tmp_path_factory.mktemp("held")) as place:
        yield place


@pytest.fixture(scope="module")
def new_vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with in_a_new_vault(tmp_path_factory.mktemp("new")) as place:
        yield place


class Looker:
    """Looks at pages and notes what is wrong, so that one run names every fault."""

    def __init__(self, page: Page, look: Look) -> None:
        self.page, self.look = page, look
        self.faults: list[str] = []

    def visit(self, place: Place, examples: tuple[Example, ...]) -> None:
        """Look at some pages of a place."""
        for example in examples:
            address = place.address(example)
            answer = self.page.goto(address)
            assert answer is not None
            if (answer.status, self.page.url.partition("?")[0]) != (example.status, address.partition("?")[0]):
                self.faults.append(f"{example.name}: {answer.status} at {self.page.url}")
                continue
            screenshot(self.page, f"every-{self.look.name}-{example.name.replace(' ', '-')}")
            for check in (self.is_one_page, self.is_legible, self.is_accessible, self.is_within):
                try:
                    check(example)
                except AssertionError as error:
                    self.faults.append(f"{example.name}: {error}")

    def is_one_page(self, example: Example) -> None:
        """One heading, the reader's language, one main action, the command that does the same."""
        page = self.page.evaluate(PARTS)
        assert len(page["headings"]) == 1, f"headings: {page['headings']}"
        assert page["headings"][0].strip()
        assert page["lang"] == LANGUAGES[self.look.language]
        marked = 0 if example.address.startswith(NOT_IN_THE_BAR) else 1
        assert page["marked"] == marked, "not one entry of the bar is marked"
        assert page["mains"] <= example.mains, "more than one main action"
        wants = 0 if example.route in NO_COMMAND else 1
        found = [one for one in page["commands"] if one.startswith("phoneward ")]
        assert len(found) == wants, f"commands: {page['commands']}"

    def is_legible(self, _example: Example) -> None:
        """No short word is broken, as in a column that is too narrow for it."""
        assert self.page.evaluate(BROKEN) == []

    def is_accessible(self, _example: Example) -> None:
        """Without a fault that axe can find."""
        axe(self.page)

    def is_within(self, _example: Example) -> None:
        """Nothing has to be scrolled sideways, nor on a wide screen with letters twice as large (WCAG 1.4.4)."""
        fits(self.page)
        if self.look.size == Look().size:
            self.page.evaluate(f"document.documentElement.style.fontSize = '{TWICE}'")
            fits(self.page)


def test_every_page_has_an_example() -> None:
    """A page that a later room adds is looked at, too, or it is said here why not."""
    routes = {route.path for route in ROUTES if isinstance(route, Route) and "GET" in (route.methods or ())}
    shown = {example.route for example in EVERYTHING} - {""}
    assert routes - shown == set(NO_PAGE)
    assert shown <= routes
    assert len({example.name for example in EVERYTHING}) == len(EVERYTHING)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_of_a_vault(vault: Place, browser: Browser, look: Look) -> None:
    with opened(browser, vault.site, look) as page:
        looker = Looker(page, look)
        looker.visit(vault, IN_A_VAULT)
    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_before_there_is_a_snapshot(
    new_vault: Place, browser: Browser, look: Look, locked_site: Site, tmp_path: Path
) -> None:
    faults = []
    with opened(browser, new_vault.site, look) as page:
        looker = Looker(page, look)
        looker.visit(new_vault, IN_A_NEW_VAULT)
        faults += looker.faults
    with opened(browser, locked_site, look) as page:
        looker = Looker(page, look)
        looker.visit(Place(locked_site, {}), LOCKED)
        faults += looker.faults
    with serving(make_settings(tmp_path / "away", vault=False)) as site, opened(browser, site, look) as page:
        looker = Looker(page, look)
        looker.visit(Place(site, {}), AWAY)
        faults += looker.faults
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_of_set_up(browser: Browser, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_vaults(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    card = make_card(tmp_path / "card")
    seen = []
    with empty_site(tmp_path) as site, opened(browser, site, look) as page:
        looker = Looker(page, look)
        for stage in stages(site, same_session(page, site), tmp_path, card):
            looker.visit(Place(site, {}), SET_UP[stage])
            seen.append(stage)
    assert not looker.faults, "\n".join(looker.faults)
    assert seen == list(SET_UP)
