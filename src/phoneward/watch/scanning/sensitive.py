"""What the person said of their pictures: kept in the vault's state, kind `watch-sensitive`.

Subject: the path of a picture, or of a folder of pictures, in the snapshots (`/shared/DCIM/…`), readable. Value: what
it is of. Whoever knows the vault's password can write any of these: what makes no sense counts as not there.
"""

from typing import TYPE_CHECKING, Final

from phoneward.errors import readable
from phoneward.watch.scanning.errors import SensitiveTextError

if TYPE_CHECKING:
    from phoneward.snapshots import Change, OwnerState

KIND: Final = "watch-sensitive"
MAX_LABEL: Final = 80
MAX_PATH: Final = 500


def in_snapshot(path: str) -> str:
    """Return a path as it stands in snapshots: people leave out `/shared`."""
    parts = "/".join(part for part in path.split("/") if part)
    return "/" + parts if parts.partition("/")[0] in {"shared", "users", "volumes", "appdata"} else "/shared/" + parts


def mark_sensitive(path: str, label: str) -> "Change":
    """Return the change that says what a picture, or each of a folder, is of; an empty label takes it back.

    Args:
        path: of the picture or folder.
        label: what it is of, such as "passport".

    Raises:
        SensitiveTextError: one of them is too long, or no path is named.
    """
    from phoneward.snapshots import Change, stored_text

    place, said = stored_text(readable(in_snapshot(path))), stored_text(" ".join(label.split()))
    if len(place) > MAX_PATH or len(said) > MAX_LABEL or not path.strip("/ "):
        raise SensitiveTextError(path=max(1, MAX_PATH), label=MAX_LABEL)
    return Change(KIND, place, said or None)


class Labels:
    """What the person said of their pictures.

    Args:
        state: what they decided.
    """

    def __init__(self, state: "OwnerState") -> None:
        said = ((subject, state.value(kind, subject)) for kind, subject in state.entries if kind == KIND)
        self._said = {
            subject: readable(label)[:MAX_LABEL] for subject, label in said if isinstance(label, str) and label
        }

    def __bool__(self) -> bool:
        return bool(self._said)

    def of(self, path: str) -> str:
        """Return what was said of a picture, or of the nearest folder it lies in; empty where nothing was."""
        while path:
            if path in self._said:
                return self._said[path]
            path = path.rpartition("/")[0]
        return ""
