"""The rulebook: account systems, what they hold, and how a number is taken off them. Data, dated and with sources."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.numbers.rulebook.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
