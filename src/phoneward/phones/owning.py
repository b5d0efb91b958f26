"""To whom files on a phone belong: user, group and SELinux context. Only phones that let us read private data tell it.

It is kept beside what `Entry` tells, since only apps' private folders are of use with it: everything on shared storage
belongs to the phone.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, cast

from phoneward.phones.base import Phone


class Owner(NamedTuple):
    """To whom a file belongs.

    Attributes:
        uid, gid: numbers, 0…2**32 - 1.
        context: the SELinux context as text (`u:object_r:app_data_file:s0:c512,c768`); empty where there is none.
    """

    uid: int
    gid: int
    context: bytes = b""


class Owned(NamedTuple):
    """One name with its owner; the path is absolute and clean."""

    path: bytes
    owner: Owner


class OwningPhone(Protocol):
    """A phone that tells owners."""

    def owners(self, root: bytes) -> Iterator[Owned]:
        """Yield the owners of a folder and of all names below it, of each once or not at all.

        Raises:
            PhoneGoneError: the connection is lost, or the answer makes no sense.
        """


def as_owning(phone: Phone) -> OwningPhone | None:
    """Return a phone as one that tells owners, None where it is none."""
    return cast("OwningPhone", phone) if hasattr(phone, "owners") else None
