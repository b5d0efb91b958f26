"""The page in pictures: each is there in both languages, small enough, and shown where its language is read."""

import re
from pathlib import Path

import pytest

from tests.web.pictures import MAX_BYTES, NAMES, PICTURES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "page.md", "zh_CN": DOCS / "page.zh-CN.md"}


@pytest.mark.parametrize("language", PAGES)
def test_the_page_shows_every_picture_once(language: str) -> None:
    shown = re.findall(
        r"!\[[^\]]+\]\(pictures/([a-z-]+)\.([A-Za-z_]+)\.png\)", PAGES[language].read_text(encoding="utf-8")
    )
    assert sorted(shown) == sorted((name, language) for name in NAMES)


def test_the_pictures_are_those_and_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert set(sizes) == {f"{name}.{language}.png" for name in NAMES for language in PAGES}
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}
