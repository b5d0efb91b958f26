"""Decode, hash and compare pictures: one pipeline everywhere. Needs the extra `watch`.

A perceptual hash only proposes; aligned tiles decide; a verdict names the size at which it was reached.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from phoneward import lazily

if not all(find_spec(part) for part in ("numpy", "cv2", "PIL", "pyspng", "simplejpeg", "threadpoolctl")):
    from phoneward.media.errors import PicturesExtraMissingError

    raise PicturesExtraMissingError

if TYPE_CHECKING:
    from phoneward.media.comparing.face import *  # noqa: F403 - what the type checker sees

lazily.face(__name__)
