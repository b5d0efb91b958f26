"""What was not looked at in a capture, in sentences."""

import enum

from phoneward.texts import ngettext
from phoneward.watch.captures.unwrapping import Problem


class Lost(enum.StrEnum):
    """Why something was not looked at, beside what unwrapping says."""

    LARGE = "large"
    PIECES = "pieces"
    FAILED = "failed"
    PICTURES = "unreadable"
    DECODING = "undecoded"


def problem_sentence(problem: "Problem | Lost", count: int) -> str:
    """Return what is said of something that was not looked at, so many times."""
    return _said(problem, count).format(count=f"{count:,}")


def _said(problem: "Problem | Lost", count: int) -> str:  # noqa: PLR0911 - a sentence each
    match problem:
        case Problem.BOMB:
            return ngettext(
                "{count} body unpacks to more than is looked at; only its beginning was.",
                "{count} bodies unpack to more than is looked at; only their beginnings were.",
                count,
            )
        case Problem.TOO_DEEP:
            return ngettext(
                "{count} body is wrapped in more layers or parts than are opened.",
                "{count} bodies are wrapped in more layers or parts than are opened.",
                count,
            )
        case Problem.BROTLI:
            return ngettext(
                "{count} body is compressed with Brotli, for which no reader is installed (pip install brotli).",
                "{count} bodies are compressed with Brotli, for which no reader is installed (pip install brotli).",
                count,
            )
        case Problem.PICTURES:
            return ngettext(
                "{count} body holds more pictures than are looked at.",
                "{count} bodies hold more pictures than are looked at.",
                count,
            )
        case Lost.LARGE:
            return ngettext(
                "{count} body is so large that only its beginning was looked at.",
                "{count} bodies are so large that only their beginnings were looked at.",
                count,
            )
        case Lost.PIECES:
            return ngettext(
                "The pieces of {count} upload were too large to be put together.",
                "The pieces of {count} uploads were too large to be put together.",
                count,
            )
        case Lost.FAILED:
            return ngettext(
                "{count} body took too much time or memory and was passed over.",
                "{count} bodies took too much time or memory and were passed over.",
                count,
            )
        case Lost.PICTURES:
            return ngettext(
                "{count} of your pictures could not be read, and was not looked for.",
                "{count} of your pictures could not be read, and were not looked for.",
                count,
            )
        case Lost.DECODING:
            return ngettext(
                "{count} picture that was sent could not be decoded; it was compared byte by byte.",
                "{count} pictures that were sent could not be decoded; they were compared byte by byte.",
                count,
            )
    return ngettext(
        "{count} body is damaged, or packed in a way that is not known.",
        "{count} bodies are damaged, or packed in a way that is not known.",
        count,
    )
