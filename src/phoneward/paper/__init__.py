"""Documents for people: pages made from templates, and PDF. Knows no room; templates lie beside those who use them."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.paper.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
