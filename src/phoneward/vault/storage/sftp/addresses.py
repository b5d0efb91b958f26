"""Where an SFTP vault lies: restic's addresses, as its `internal/backend/sftp/config.go` reads them."""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vaultplace import RemoteAddressError, RemotePlace

_CONTROL = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """An account on a server, and a folder there.

    Attributes:
        host: a name (also one of ~/.ssh/config) or an IP address without brackets.
        user: empty where the address names none.
        port: None where the address names none.
        path: absolute, or relative to where the server puts the user; cleaned.
    """

    host: str
    user: str
    port: int | None
    path: str

    @property
    def by_hand(self) -> str:
        """The `ssh` command line with which a person gets to the same account."""
        port = f"-p {self.port} " if self.port is not None else ""
        user = f"{self.user}@" if self.user else ""
        return readable(f"ssh {port}{user}{self.host}")

    @property
    def known_as(self) -> str:
        """The server's name in a known_hosts file."""
        return self.host if self.port in {None, 22} else f"[{self.host}]:{self.port}"


def parse_sftp_address(place: RemotePlace) -> SftpAddress:
    """Return what an address means: `user@host:path`, or `//user@host:port/path` with `//` before an absolute path.

    Raises:
        RemoteAddressError: it means nothing, or would be taken for an option of `ssh`.
    """

    def refuse(problem: str) -> RemoteAddressError:
        _head, at, tail = place.address.rpartition("@")  # what stands before may be a password
        return RemoteAddressError(place=readable(f"sftp:{'…@' if at else ''}{tail}"), problem=problem)

    port: int | None = None
    if place.address.startswith("//"):
        authority, _slash, path = place.address[2:].partition("/")
        user, _at, host = authority.rpartition("@")
        if ":" in user:
            raise refuse(_("SFTP takes no password in the address; use a key."))
        bracketed = re.fullmatch(r"\[([^\[\]]*)\](?::(\d*))?", host) or re.fullmatch(r"([^:\[\]]*)(?::(\d*))?", host)
        if bracketed is None:
            raise refuse(_("the name of the server makes no sense."))
        host, number = bracketed.group(1), bracketed.group(2)
        if number:
            port = int(number[:6])
            if not 0 < port < 65536:
                raise refuse(_("there is no such port."))
        user, path = unquote(user), unquote(path)
    else:
        account, colon, path = place.address.partition(":")
        if not colon:
            raise refuse(_("the folder is missing after the server."))
        user, _at, host = account.rpartition("@")
    if not host or _CONTROL.search(host + user) or host.startswith("-") or user.startswith("-"):
        raise refuse(_("the name of the server makes no sense."))
    if not path:
        raise refuse(_("the folder is missing after the server."))
    if "\0" in path or path.startswith("~"):
        raise refuse(_("the folder cannot be named like that; a relative one begins where the server puts you."))
    path = posixpath.normpath(path)
    return SftpAddress(host, user, port, path.replace("//", "/", 1) if path.startswith("//") else path)
