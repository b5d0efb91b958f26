"""Where accounts show: messages, apps, password managers' exports, mailboxes."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.numbers.sources.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
