"""What to tap on a phone: for USB debugging, to take in files of records, to stop a shop's updates. Sourced data."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.phones.guides.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
