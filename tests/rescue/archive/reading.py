"""Reads an archive as a person sees it: the words on its pages, in their order."""

import html
import re
from pathlib import Path

from phoneward.rescue.archive import Archived, make_archive


def words_of(page: Path) -> list[str]:
    """The texts of a page's main part, one a piece between tags."""
    main = re.search(r"<main[^>]*>(.*)</main>", page.read_text("utf-8"), re.DOTALL)
    assert main is not None
    return [html.unescape(one).strip() for one in re.split(r"<[^>]*>", main[1]) if one.strip()]


def months(folder: Path) -> list[Path]:
    """All pages with messages."""
    return sorted(page for page in folder.glob("c*/*.html") if page.name != "index.html")


def read_all(folder: Path) -> str:
    """All texts of all pages with messages."""
    return "\n".join("\n".join(words_of(page)) for page in months(folder))


def archive_of(tmp_path: Path, *sources: Path, only: tuple[str, ...] = ()) -> tuple[Archived, str]:
    """Make an archive; returns it and all texts."""
    to = tmp_path / "archive"
    archived = make_archive(sources, to, only=only)
    return archived, read_all(to)
