"""The catalogue: what a page needs of a vault, quickly. See `Catalogue`, and docs/decisions/0013-catalogue.md."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.snapshots.catalogue.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
