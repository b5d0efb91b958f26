"""Which language is spoken to whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.texts import speaking
from phoneward.web.language import accepted
from tests.web.site import Site, make_settings, serving


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", ["zh-CN", "zh", "en"]),
        ("en;q=0.1, zh-Hans;q=0.9", ["zh-Hans", "en"]),
        ("fr;q=0, en", ["en"]),
        ("*", []),
        ("", []),
        ("en;q=nan, zh;q=2, de;q=x, ../../etc", []),
    ],
)
def test_the_browsers_wish_is_read(header: str, languages: list[str]) -> None:
    assert accepted(header) == languages


@given(st.text())
def test_no_header_does_harm(header: str) -> None:
    for language in accepted(header):
        with speaking([language]):
            assert "/" not in language


def lang_of(text: str) -> str:
    return text.partition('<html lang="')[2].partition('"')[0]


def test_the_choice_comes_first_then_the_browser(site: Site) -> None:
    visitor = site.visitor()
    assert lang_of(visitor.get("/settings").text) == "en"
    for wish in ("zh-TW", "zh-HK,zh;q=0.9", "zh-Hant"):
        assert lang_of(visitor.get("/settings", **{"accept-language": wish}).text) == "zh-Hant"
    for wish in ("zh-CN,zh;q=0.9,en;q=0.1", "zh-SG", "zh"):
        assert lang_of(visitor.get("/settings", **{"accept-language": wish}).text) == "zh-Hans"
    visitor.post("/language", {"language": "zh_CN"})
    assert lang_of(visitor.get("/settings").text) == "zh-Hans"
    visitor.post("/language", {"language": "../../x"})
    assert lang_of(visitor.get("/settings").text) == "zh-Hans"
    visitor.post("/language", {"language": "en"})
    assert lang_of(visitor.get("/settings", **{"accept-language": "zh"}).text) == "en"


def test_two_readers_at_once_do_not_disturb_each_other(site: Site) -> None:
    import concurrent.futures

    visitors = [(site.visitor(), language) for language in ("en", "zh-Hans") * 2]

    def ask(visitor_and_language: tuple[object, str]) -> set[str]:
        visitor, language = visitor_and_language
        wish = {"accept-language": "zh-CN" if language == "zh-Hans" else "en"}
        return {lang_of(visitor.get("/parts", **wish).text) for _ in range(10)}  # type: ignore[attr-defined]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, visitors)) == [{language} for _visitor, language in visitors]


def test_what_was_asked_for_at_the_start_comes_before_the_browser(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    with serving(make_settings(tmp_path), language="zh_CN") as site:
        assert lang_of(site.visitor().get("/settings").text) == "zh-Hans"


def test_errors_are_in_the_readers_language(site: Site) -> None:
    answer = site.stranger().get("/", headers={"accept-language": "zh-CN"})
    assert answer.status_code == 401
    assert "这个浏览器还没有获准进入" in answer.text
