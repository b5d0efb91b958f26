"""Writes the pages of an archive: plain HTML that needs no server, no network, and no script but for searching."""

from phoneward.rescue.archive.pages.writing import write_pages

__all__ = ["write_pages"]
