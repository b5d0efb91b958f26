"""Time stamps of an outside authority (RFC 3161), whatever is stamped. Needs the extra `timestamp`."""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.timestamping.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
