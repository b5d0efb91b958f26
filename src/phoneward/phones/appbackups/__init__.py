"""Backups that apps make of themselves: how they look, where they lie, how to make one. They are never opened."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.phones.appbackups.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
