"""Which pictures and files an app could see, by what it asks for, for which Android it was made, and on which it runs.

- Android up to 12L (API 32): READ_EXTERNAL_STORAGE gives all pictures; WRITE_EXTERNAL_STORAGE implies it.
  https://developer.android.com/reference/android/Manifest.permission#READ_EXTERNAL_STORAGE
- Android 13 (33): READ_MEDIA_IMAGES instead, for apps made for it; older ones keep the old permission.
  https://developer.android.com/about/versions/13/behavior-changes-13#granular-media-permissions
- Android 14 (34): the person may choose single pictures, whether the app asks for READ_MEDIA_VISUAL_USER_SELECTED or
  not. https://developer.android.com/about/versions/14/changes/partial-photo-video-access
- Scoped storage, from Android 10 (29) on, and its exceptions: `requestLegacyExternalStorage` (honoured on Android 11
  and later only in apps made for 29 or less), MANAGE_EXTERNAL_STORAGE (30).
  https://developer.android.com/training/data-storage/use-cases
- Where a picture was taken: ACCESS_MEDIA_LOCATION from Android 10 on.
  https://developer.android.com/training/data-storage/shared/media#location-info-photos
"""

from collections.abc import Iterable, Iterator
from typing import Final

from phoneward.apk.manifest.declared import Declared
from phoneward.watch.abilities.facts import Ability, About, Seen

_READ: Final = "android.permission.READ_EXTERNAL_STORAGE"
_WRITE: Final = "android.permission.WRITE_EXTERNAL_STORAGE"
_IMAGES: Final = "android.permission.READ_MEDIA_IMAGES"
_SELECTED: Final = "android.permission.READ_MEDIA_VISUAL_USER_SELECTED"
_ALL_FILES: Final = "android.permission.MANAGE_EXTERNAL_STORAGE"
_PLACES: Final = "android.permission.ACCESS_MEDIA_LOCATION"
_REFERENCE: Final = "https://developer.android.com/training/data-storage"
CODES: Final = ("sees-all-pictures", "sees-chosen-pictures", "sees-all-files", "sees-old-files", "sees-picture-places")
"""The abilities that this file tells."""
_SCOPED, _FENCED, _FINE, _PARTIAL = 29, 30, 33, 34


def picture_access(declared: Declared, target_sdk: int | None) -> Iterator[Ability]:
    """Yield what an app could see by its permissions; a span of Android versions each.

    Args:
        declared: by its manifest.
        target_sdk: None where the manifest gives a codename, which is newer than all that is known here.
    """
    target = target_sdk if target_sdk is not None else _PARTIAL
    asked = {one.name: one.max_sdk for one in declared.permissions}
    storage = {name: asked[name] for name in (_READ, _WRITE) if name in asked}
    if storage:
        last = _latest(storage.values())
        yield _ability("sees-all-pictures", 96, storage, (None, _earlier(last, _FINE - 1 if target >= _FINE else None)))
        legacy = ("requestLegacyExternalStorage",) if declared.legacy_storage else ()
        span = (None, _earlier(last, _fence(target, has_flag=declared.legacy_storage)))
        yield _ability("sees-old-files", 72, storage, span, legacy)
    singles = (
        ("sees-all-pictures", 96, _IMAGES, _FINE),
        ("sees-chosen-pictures", 25, _SELECTED, _PARTIAL),
        ("sees-all-files", 98, _ALL_FILES, _FENCED),
        ("sees-picture-places", 68, _PLACES, _SCOPED),
    )
    for code, weight, name, since in singles:
        if name in asked:
            yield _ability(code, weight, (name,), (since, asked[name]))


def _fence(target: int, *, has_flag: bool) -> int | None:
    """Return the last API level on which an app sees all files of the shared storage by their paths; None: on all."""
    if target < _SCOPED or has_flag:
        return None if target < _FENCED else _SCOPED
    return _SCOPED - 1


def _ability(
    code: str,
    weight: int,
    permissions: Iterable[str],
    span: tuple[int | None, int | None],
    settings: Iterable[str] = (),
) -> Ability:
    seen = [Seen("permission", name) for name in permissions] + [Seen("setting", name) for name in settings]
    return Ability(
        code=code,
        about=About.PICTURES,
        weight=weight,
        seen=tuple(seen),
        count=len(seen),
        min_sdk=span[0],
        max_sdk=span[1],
        source=_REFERENCE,
    )


def _latest(bounds: Iterable[int | None]) -> int | None:
    known = list(bounds)
    return None if None in known else max(one for one in known if one is not None)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((bound for bound in (one, other) if bound is not None), default=None)
