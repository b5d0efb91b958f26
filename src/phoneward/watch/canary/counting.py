"""Could an app have sent a picture? Judged by the phone's own count of what it sends, without reading any of it.

A step is repeated, some times without and some times with a large picture on the phone that cannot be compressed. What
an app sent in a run with the picture is at least what it sent of the picture, so a run in which it sent less than the
picture has bytes, in whatever form, is a run in which it did not send that form. That is a bound, not an estimate: no
statistics are needed for it, and none are used. That it sent more *with* the picture than without is only a hint at
why; it counts where every run with it lies above every run without, and the chance of that by accident is told.
"""

import enum
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


class Conclusion(enum.StrEnum):
    """What the counts say. The value is the name for programs."""

    NOT_SENT = "not-sent"
    """In none of the runs did the app send as much as the picture has: it did not send it whole."""
    SENT_MORE = "sent-more"
    """With the picture the app sent clearly more than without: that is what sending it would look like."""
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which an app could send the picture.

    Attributes:
        name: "file", "same-size", "1080", "540", "200": the file as it is, or a poor WebP so many pixels wide.
        size: bytes that it takes at least.
    """

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesVerdict:
    """What the counts say of one app.

    Attributes:
        conclusion: in one word.
        most: the most the app sent in a run with the picture, bytes.
        without, with_picture: what it sent in each run, bytes.
        excluded: forms that it did not send in any run: each takes more bytes than it sent.
        possible: forms that could have been among what it sent.
        difference: how much more it sent with the picture, by the medians; negative where less.
        noise: how far the runs without the picture lie apart.
        chance: probability that all runs with the picture lie above all without by accident; None where they do not.
    """

    conclusion: Conclusion
    most: int
    without: tuple[int, ...]
    with_picture: tuple[int, ...]
    excluded: tuple[Form, ...]
    possible: tuple[Form, ...]
    difference: int
    noise: int
    chance: float | None


_ENOUGH_RUNS = 3
_ABOVE_NOISE = 3
"""With the picture, so many times more than the runs without it differ among themselves, at least."""


def bytes_verdict(without: Sequence[int], with_picture: Sequence[int], forms: Sequence[Form]) -> BytesVerdict:
    """Return what the counts say.

    Args:
        without: bytes sent in each run without the picture; none negative.
        with_picture: the same with it.
        forms: the file itself first.

    Raises:
        ValueError: there is no run with the picture, or no form.
    """
    if not with_picture or not forms or min((*without, *with_picture)) < 0:
        msg = "at least one run with the picture and one form, and no negative count"
        raise ValueError(msg)
    most = max(with_picture)
    excluded = tuple(form for form in forms if form.size > most)
    difference = round(statistics.median(with_picture) - statistics.median(without)) if without else 0
    noise = max(without) - min(without) if without else 0
    apart = bool(without) and min(with_picture) > max(without)
    chance = 1 / math.comb(len(without) + len(with_picture), len(without)) if apart else None
    enough = min(len(without), len(with_picture)) >= _ENOUGH_RUNS
    if chance is not None and enough and difference > max(_ABOVE_NOISE * noise, min(form.size for form in forms)):
        conclusion = Conclusion.SENT_MORE
    else:
        conclusion = Conclusion.NOT_SENT if forms[0] in excluded else Conclusion.CANNOT_TELL
    return BytesVerdict(
        conclusion=conclusion,
        most=most,
        without=tuple(without),
        with_picture=tuple(with_picture),
        excluded=excluded,
        possible=tuple(form for form in forms if form.size <= most),
        difference=difference,
        noise=noise,
        chance=chance,
    )
