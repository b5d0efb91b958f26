"""Which phone a person means: by the name they gave it, by its label, or by its id."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from phoneward.errors import readable
from phoneward.snapshots.errors import AmbiguousPhoneError, NoSuchPhoneError
from phoneward.snapshots.reading import SnapshotInfo
from phoneward.snapshots.state import OwnerState
from phoneward.texts import enumeration

_MIN_DIGITS: Final = 4
_SHOWN: Final = 5


class KnownPhone(NamedTuple):
    """A phone of which the vault holds a snapshot.

    Attributes:
        device: its stable id.
        label: what its newest snapshot calls it; not made readable.
    """

    device: str
    label: str


def which_phone(wanted: str, snapshots: Iterable[SnapshotInfo], state: OwnerState) -> KnownPhone:
    """Return the phone that a person named.

    Args:
        wanted: its id, the name they gave it, its label (upper and lower case are the same), or the first digits of
            its id. The first of these that fits any phone counts.
        snapshots: all there are, oldest first.
        state: what the person decided.

    Raises:
        NoSuchPhoneError, AmbiguousPhoneError: no phone is called so, or several are.
    """
    labels: dict[str, set[str]] = {}
    newest: dict[str, KnownPhone] = {}
    for info in snapshots:
        if info.of_phone and info.device:
            labels.setdefault(info.device, set()).add(info.label.casefold())
            newest[info.device] = KnownPhone(info.device, info.label)
    word = wanted.strip()
    folded = word.casefold()
    ways = (
        [device for device in newest if device == word],
        [device for device in newest if (state.phone_name(device) or "").casefold() == folded != ""],
        [device for device in newest if folded in labels[device]],
        [device for device in newest if len(word) >= _MIN_DIGITS and device.startswith(word)],
    )
    found = next((way for way in ways if way), [])
    if not found:
        raise NoSuchPhoneError(name=readable(wanted))
    if len(found) > 1:
        shown = (f"{readable(newest[device].label)} [{readable(device)}]" for device in found[:_SHOWN])
        raise AmbiguousPhoneError(name=readable(wanted), candidates=enumeration(shown))
    return newest[found[0]]
