"""Which entry of the bar a page belongs to."""

import pytest

from phoneward.web.navigation import BAR, is_here


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("/move", "/phones"),
        ("/move/done", "/phones"),
        ("/restore", "/snapshots"),
        ("/schedules", "/vault"),
        ("/", "/"),
        ("/movement", None),
    ],
)
def test_the_entry_of_a_page(path: str, href: str | None) -> None:
    assert [entry.href for entry in BAR if is_here(entry, path)] == ([href] if href else [])
