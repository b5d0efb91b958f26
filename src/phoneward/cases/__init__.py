"""How do I prove it, and what may I demand? Information, not legal advice. The room never writes to a phone."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.cases.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
