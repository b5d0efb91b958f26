"""The vault: an ordinary restic repository (plain `restic` can check and restore it). Knows no phone."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.vault.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
