"""The documentation as a site: it builds without a warning, in three languages, and loads nothing from elsewhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools.oracles import oracle_python

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from a copy: the checkout stays as it is."""
    place = tmp_path_factory.mktemp("site")
    for name in ("docs", "scripts"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "src").symlink_to(ROOT / "src")
    shutil.copyfile(ROOT / "mkdocs.yml", place / "mkdocs.yml")
    done = subprocess.run(
        [oracle_python("docs"), "scripts/site.py"],
        cwd=place,
        env={"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return place / "build" / "site"


def test_every_page_is_there_in_every_language_it_is_written_in(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        inner = page.relative_to(ROOT / "docs")
        if inner.parts[0] in {"decisions", "profiles"}:
            continue
        if inner.name.endswith(".zh-CN.md"):
            name = str(inner).replace(".zh-CN.md", ".html")
            assert (site / "zh-TW" / name).read_text() != (site / "zh-CN" / name).read_text()
        else:
            assert (site / inner).with_suffix(".html").exists(), inner
    first = (site / "zh-TW" / "index.html").read_text()
    assert "守機在您自己的電腦上執行" in first
    assert first.count("tabbed-block") == 3
    guide = (site / "zh-CN" / "how-to" / "schedule.html").read_text()
    assert ">English</a></p>" not in guide, "it would lead to the page itself"
    assert "md-search" in first


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"^      - (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    wanted = {page for page in pages if "zh-CN" not in page and page.split("/")[0] not in {"decisions", "profiles"}}
    assert listed == wanted


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=\"?(https?:)?//", re.IGNORECASE)
    for page in site.rglob("*.html"):
        found = [hit[0] for hit in loaded.finditer(page.read_text()) if 'rel="canonical"' not in hit[0]]
        assert found == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text()), sheet
