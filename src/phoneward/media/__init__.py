"""Recognise, decode and compare pictures.

What stands here is pure Python and always at hand: finding pictures in bytes and reading what their headers say.
`phoneward.media.comparing` decodes, hashes and compares them; it needs the extra `watch` (numpy, OpenCV).
"""

from typing import TYPE_CHECKING

from phoneward import lazily

if TYPE_CHECKING:
    from phoneward.media.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
