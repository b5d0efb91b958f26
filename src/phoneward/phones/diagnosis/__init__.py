"""Finding the phone and saying what is wrong, in plain words."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.phones.diagnosis.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
