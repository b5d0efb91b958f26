"""Where a canary is put so that it comes as a screenshot of this phone comes: folder, name, format."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from phoneward.media import Format
from phoneward.phones import maker_named, screenshot_folders, screenshot_styles


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary goes.

    Attributes:
        folder: below the storage's root.
        name: of the file.
        format: which the name promises.
        is_confirmed: whether phones of this maker are known to do it so.
    """

    folder: str
    name: str
    format: Format
    is_confirmed: bool


def place_for(manufacturer: str, model: str, now: dt.datetime, there: Collection[str]) -> Place:
    """Return where a screenshot taken now would come to lie.

    Args:
        manufacturer: as the phone says.
        model: the same.
        now: by the phone's clock, in its time zone.
        there: which of `screenshot_folders` the phone has: its own choice counts more than ours.
    """
    maker = maker_named(manufacturer, model)
    style = next(
        style for style in screenshot_styles() if not style.makers or (maker is not None and maker.key in style.makers)
    )
    folders = (*style.folders, *screenshot_folders())
    folder = next((one for one in folders if one in there), style.folders[0])
    name = now.strftime(style.name).format(ms=f"{now.microsecond // 1000:03d}", cs=f"{now.microsecond // 10_000:02d}")
    return Place(folder, name, Format.PNG if name.endswith(".png") else Format.JPEG, style.is_confirmed)
