"""Which pictures an app could see on which Android, as Android's own pages say it (named in `permissions.py`)."""

import pytest

from phoneward.apk.manifest.declared import Declared, UsedPermission
from phoneward.watch.abilities.permissions import picture_access

READ, WRITE, IMAGES = "READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE", "READ_MEDIA_IMAGES"
SELECTED, ALL, PLACES = "READ_MEDIA_VISUAL_USER_SELECTED", "MANAGE_EXTERNAL_STORAGE", "ACCESS_MEDIA_LOCATION"
Span = tuple[int | None, int | None]
PICTURES, OLD = "sees-all-pictures", "sees-old-files"


def access(
    target: int | None, *asked: str, legacy: bool = False, max_sdk: int | None = None
) -> set[tuple[str, int | None, int | None]]:
    used = tuple(UsedPermission(f"android.permission.{name}", max_sdk) for name in asked)
    found = picture_access(Declared(permissions=used, legacy_storage=legacy), target)
    return {(one.code, one.min_sdk, one.max_sdk) for one in found}


@pytest.mark.parametrize("asked", [(READ,), (WRITE,), (READ, WRITE)])
@pytest.mark.parametrize(("target", "last"), [(19, None), (28, None), (32, None), (33, 32), (36, 32), (None, 32)])
def test_the_old_permission(asked: tuple[str, ...], target: int | None, last: int | None) -> None:
    """Writing implies reading. Android 13 gives it only to apps that were made for an earlier one."""
    assert (PICTURES, None, last) in access(target, *asked)


def test_the_new_permission() -> None:
    """It means nothing before Android 13; the old one beside it covers the phones before."""
    assert access(34, IMAGES) == {(PICTURES, 33, None)}
    assert access(34, READ, IMAGES, max_sdk=32) == {(PICTURES, None, 32), (PICTURES, 33, 32), (OLD, None, 28)}


def test_single_pictures_and_places() -> None:
    """Android 14 lets the person choose; where a picture was taken is a right of its own since Android 10."""
    assert access(34, SELECTED) == {("sees-chosen-pictures", 34, None)}
    assert access(34, PLACES) == {("sees-picture-places", 29, None)}


def test_all_files() -> None:
    """The right of file managers and backup programs, since Android 11."""
    assert access(34, ALL) == {("sees-all-files", 30, None)}


@pytest.mark.parametrize(
    ("target", "legacy", "last"),
    [(28, False, None), (28, True, None), (29, False, 28), (29, True, None), (30, False, 28), (30, True, 29)],
)
def test_files_of_other_apps(target: int, last: int | None, *, legacy: bool) -> None:
    """Before Android 10 every app with the right saw them; later those that were made for before, or asked to stay."""
    assert (OLD, None, last) in access(target, READ, legacy=legacy)


def test_a_permission_up_to_a_version() -> None:
    """An app may ask for it on old phones only."""
    assert access(34, WRITE, max_sdk=28) == {(PICTURES, None, 28), (OLD, None, 28)}


def test_no_permission_no_pictures() -> None:
    """Choosing a picture for an app needs none."""
    assert not access(34, "CAMERA")
