"""The archive in a real browser, opened from a folder: readable by everybody, searchable, deaf to what is hostile."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from phoneward.rescue.archive import make_archive
from phoneward.texts import speaking
from tests.rescue.archive import made
from tests.rescue.archive.browsing import looking
from tests.web.browser import NARROW, WIDE, Look, axe, chromium, fits, screenshot

EVIL = [
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "<img src='https://attacker.example/pixel.png'><link rel=stylesheet href='//attacker.example/x.css'>",
    "</p></li></ol></main><iframe srcdoc=\"<script>parent.document.title='run'</script>\"></iframe>",
    "javascript:document.title='run'",
    "{{ 7*7 }} {% raw %} ${7*7} `",
    "</script><script>document.title='run'</script>",
    "\u202egnp.exe\u2028\u2029 \ud83d half",
    '");document.title="run";("',
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of all that can be on a page, with hostile texts among it."""
    folder = tmp_path_factory.mktemp("archive")
    media = folder / "wa" / "Media"
    media.mkdir(parents=True)
    (media / "sea.jpg").write_bytes(made.png())
    (media / "voice.opus").write_bytes(b"OggS" + bytes(100))
    (media / "page.html").write_text("<script>document.title='run'</script>")
    (media / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='run'\"/>")
    with made.whatsapp(folder / "wa") as wa:
        for number in range(30):
            wa.message(f"Good night, number {number}. 晚安，好梦。", mine=number % 3 == 0)
        for text in EVIL:
            wa.message(text)
        for name in ("sea.jpg", "voice.opus", "page.html", "drawing.svg", "lost.mp4", "../../<b>x.jpg"):
            key = wa.message("look" if "sea" in name else None, kind=1)
            made.insert(wa.connection, "message_media", message_row_id=key, file_path=f"Media/{name}")
        answer = wa.message("yes", mine=True, time=made.MARCH + 40 * 86_400_000)
        made.insert(wa.connection, "message_quoted", message_row_id=answer, chat_row_id=1, from_me=0,
                    sender_jid_row_id=1, key_id="KEY1", text_data="<script>document.title='run'</script>")  # fmt: skip
        wa.message("hello", chat=2, sender=4)
        wa.connection.execute("UPDATE chat SET subject = ? WHERE _id = 2", (EVIL[1],))
    for language in ("en", "zh_CN"):
        with speaking([language]):
            make_archive([folder / "wa"], folder / language, title="<b>妈妈</b>")
    return folder


PAGES = ("index.html", "about.html", "search.html", "c0001/index.html", "c0001/2019-03.html", "c0001/2019-04.html")


@pytest.mark.parametrize("look", [Look(), Look("zh_CN", size=NARROW, dark=True)], ids=lambda look: look.name)
def test_every_page_is_for_everybody_and_asks_for_nothing(browser: Browser, archive: Path, look: Look) -> None:
    for name in PAGES:
        with looking(browser, look) as page:
            page.goto((archive / look.language / name).as_uri())
            axe(page)
            fits(page)
            assert "run" not in page.title().split()
            assert page.locator("html").get_attribute("lang") == {"en": "en", "zh_CN": "zh-Hans"}[look.language]
            screenshot(page, f"archive-{name.replace('/', '-')}-{look.name}")


def test_hostile_words_are_words(browser: Browser, archive: Path) -> None:
    with looking(browser) as page:
        page.goto((archive / "en" / "c0001" / "2019-03.html").as_uri())
        shown = page.locator("li .text").all_text_contents()
        assert [text for text in EVIL if text in shown] == [text for text in EVIL if "\ud83d" not in text]
        assert page.locator("main script, main iframe, main b").count() == 0
        assert page.evaluate("document.title") != "run"
        # Picture and voice are there; what is neither is offered for saving, under an ending that never runs.
        page.locator("main img").scroll_into_view_if_needed()
        expect(page.locator("main img")).to_have_js_property("naturalWidth", 24)
        assert page.locator("audio").count() == 1
        saved = page.locator(".file a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        assert [name.rpartition(".")[2] for name in saved] == ["ogg", "bin", "bin"]
        assert "Not in the source: <b>x.jpg" in "\n".join(page.locator(".missing").all_text_contents())


CODE = "<script>document.title='run'</script><img src='https://attacker.example/x' onerror=\"document.title='run'\">"


@pytest.mark.parametrize("name", PAGES)
def test_were_a_word_ever_taken_for_code_the_pages_policy_would_stop_it(
    browser: Browser, archive: Path, name: str
) -> None:
    whole = archive / "en" / name
    broken = whole.with_name(f"broken-{whole.name}")
    broken.write_text(whole.read_text("utf-8").replace("<h1>", f"{CODE}<h1>"), "utf-8")
    sent: list[str] = []
    with contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.on("requestfinished", lambda request: sent.append(request.url))
        page.on("requestfailed", lambda request: sent.append(f"{request.url} {request.failure}"))
        page.goto(broken.as_uri())
        page.wait_for_load_state("load")
        assert page.title() != "run"
    assert [one for one in sent if not one.startswith("file:") and "csp" not in one.lower()] == []
    broken.unlink()


def test_a_saved_page_does_not_run_when_it_is_opened(browser: Browser, archive: Path) -> None:
    for file in (archive / "en" / "media").rglob("*.bin"):
        with looking(browser) as page, contextlib.suppress(Exception):  # a download ends the visit
            page.goto(file.as_uri())
            assert page.title() != "run"


def test_a_word_is_found_offline_also_within_chinese(browser: Browser, archive: Path) -> None:
    with looking(browser) as page:
        page.goto((archive / "en" / "search.html").as_uri())
        page.fill("#words", "好梦 number 17")
        page.click("button")
        page.locator("#status:has-text('Found')").wait_for()
        assert page.locator("#status").text_content() == "Found: 1"
        assert page.locator("#results mark").first.text_content() in {"好梦", "number", "17"}
        page.click("#results a")
        assert page.url.endswith("c0001/2019-03.html#m18")
        assert page.locator("li:target .text").text_content() == "Good night, number 17. 晚安，好梦。"


def test_hostile_words_are_words_in_the_search_too(browser: Browser, archive: Path) -> None:
    with looking(browser) as page:
        page.goto((archive / "en" / "search.html").as_uri())
        page.fill("#words", "document.title")
        page.click("button")
        page.locator("#status:has-text('Found')").wait_for()
        assert page.locator("#results li").count() == 6
        page.fill("#words", "hello")
        page.click("button")
        page.locator("#status:has-text('Found: 1')").wait_for()
        assert page.locator("#results .quiet").first.text_content() == EVIL[1]
        assert page.locator("#results script, #results img, #results iframe").count() == 0
        assert page.evaluate("document.title") != "run"


def test_without_scripts_everything_can_be_read(browser: Browser, archive: Path) -> None:
    with looking(browser, Look(script=False, size=WIDE)) as page:
        page.goto((archive / "en" / "index.html").as_uri())
        page.click("main a:has-text('妈妈')")
        page.click("main a:has-text('March')")
        page.locator("li .text").first.wait_for()
        assert page.locator("li .text").count() > 30
        page.click("text=Search")
        assert page.locator("noscript p, .box").first.is_visible()
