"""One picture of the corpus."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class CorpusPicture:
    """A picture to make copies of.

    Attributes:
        name: of its own.
        family: pictures of one family differ in one text only (a digit, a clock, a name); a picture without twins is a
            family of its own.
        template: the kind of screen, or where a real picture is from: hold out some of them when something is tuned.
        data: its file's bytes.
        is_screen: a screenshot, not a photo.
    """

    name: str
    family: str
    template: str
    data: bytes
    is_screen: bool

    def pixels(self) -> npt.NDArray[np.uint8]:
        """Return it decoded: (height, width, 3), blue first."""
        read = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR)
        assert read is not None, self.name
        return np.asarray(read, np.uint8)
