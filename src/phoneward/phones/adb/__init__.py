"""Android phones over adb."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.phones.adb.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
