"""The way to an SFTP server where this computer has no `ssh` program: paramiko, with the same files in ~/.ssh."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeAlias, cast

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.errors import (
    RemotePartMissingError,
    ServerKeyChangedError,
    ServerUnknownError,
    StorageAccessError,
    StorageError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage.sftp.addresses import SftpAddress, parse_sftp_address
from phoneward.vaultplace import RemoteKind, RemotePlace

if TYPE_CHECKING:
    import paramiko

    _Way: TypeAlias = paramiko.Channel | paramiko.ProxyCommand | None

_CHUNK: Final = 64 * 1024
_MOST_JUMPS: Final = 8
_KEEPALIVE_S: Final = 15
_EVERYBODYS_HOSTS: Final = Path("/etc/ssh/ssh_known_hosts")


class ParamikoLink:
    """A channel of paramiko. See `links.Link`."""

    def __init__(self, channel: "paramiko.Channel", connection: ExitStack) -> None:
        self._channel = channel
        self._connection = connection
        self._came = bytearray()

    @classmethod
    def open(cls, address: SftpAddress, location: str, connect_s: float) -> Self:
        """Return a link to the server's SFTP.

        Raises:
            RemotePartMissingError: paramiko is not installed.
            ServerUnknownError, ServerKeyChangedError, StorageAccessError, TransientStorageError, WrongAnswerError,
            StorageError: as `connecting.connect`.
        """
        try:
            import paramiko
        except ImportError as error:
            raise RemotePartMissingError from error
        with ExitStack() as stack, _explained(address, location):
            channel = _Road(stack, connect_s).to(address).open_session(timeout=connect_s)
            try:
                channel.invoke_subsystem("sftp")
            except paramiko.SSHException as error:
                raise WrongAnswerError(path=location, detail=_("the server offers no SFTP")) from error
            return cls(channel, stack.pop_all())

    def read(self, size: int) -> bytes:
        """Read from the channel."""
        while len(self._came) < size:
            data = self._channel.recv(_CHUNK)
            if not data:
                break
            self._came += data
        wanted = bytes(self._came[:size])
        del self._came[:size]
        return wanted

    def write(self, data: bytes) -> None:
        """Write to the channel."""
        self._channel.sendall(data)

    def end(self) -> None:
        """Close the connection."""
        self._connection.close()

    def release(self) -> None:
        """Nothing is left."""

    def last_words(self) -> str:
        """Return nothing: what goes wrong is said when it does."""
        return ""


@contextmanager
def _explained(address: SftpAddress, location: str) -> Iterator[None]:
    """Turn paramiko's errors into ours."""
    import paramiko

    def said(error: Exception) -> str:
        return readable(str(error)[:300])

    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise ServerKeyChangedError(path=location, detail=said(error), host=readable(address.known_as)) from error
    except _UnknownKeyError as error:
        raise ServerUnknownError(path=location, detail=said(error), command=address.by_hand) from error
    except paramiko.AuthenticationException as error:
        raise StorageAccessError(path=location, detail=said(error)) from error
    except (paramiko.ConfigParseError, ValueError) as error:  # ValueError: a port in ~/.ssh/config
        raise StorageError(path=location, detail=said(error)) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TransientStorageError(path=location, detail=said(error)) from error


class _UnknownKeyError(Exception):
    """The server's key stands in no known_hosts file."""


class _Strict:
    """Goes on with no server whose key is not known. What paramiko calls a policy."""

    def missing_host_key(self, _client: object, hostname: str, key: "paramiko.PKey") -> None:
        raise _UnknownKeyError(f"{hostname} {key.get_name()} {key.fingerprint}")


class _Road:
    """Logs in, over the jump hosts that ~/.ssh/config names.

    Args:
        stack: closes what is opened on the way.
        connect_s: how long each step may take, seconds.
    """

    def __init__(self, stack: ExitStack, connect_s: float) -> None:
        import paramiko

        self._stack = stack
        self._connect_s = connect_s
        self._config = paramiko.SSHConfig()
        with suppress(FileNotFoundError):
            self._config = paramiko.SSHConfig.from_path(str(Path.home() / ".ssh" / "config"))

    def to(self, address: SftpAddress) -> "paramiko.Transport":
        """Return a connection to an account."""
        return self._log_in(address, self._way_to(address, jumps=0))

    def _way_to(self, address: SftpAddress, *, jumps: int) -> "_Way":
        import paramiko

        chosen = self._config.lookup(address.host)
        if _is_set(chosen, "proxyjump"):
            if jumps >= _MOST_JUMPS:
                raise paramiko.SSHException(_("there are too many jump hosts"))
            hops = [_account(hop) for hop in chosen["proxyjump"].split(",")]
            way = self._way_to(hops[0], jumps=jumps + 1)
            for hop, following in zip(hops, [*hops[1:], address], strict=True):
                target = self._host_and_port(following)
                way = self._log_in(hop, way).open_channel("direct-tcpip", target, ("", 0), timeout=self._connect_s)
            return way
        if _is_set(chosen, "proxycommand"):
            command = paramiko.ProxyCommand(chosen["proxycommand"])
            self._stack.callback(command.close)
            return command
        return None

    def _log_in(self, address: SftpAddress, way: "_Way") -> "paramiko.Transport":
        import paramiko

        chosen = self._config.lookup(address.host)
        client = paramiko.SSHClient()
        self._stack.callback(client.close)
        client.load_system_host_keys()
        if _EVERYBODYS_HOSTS.is_file():
            client.load_system_host_keys(str(_EVERYBODYS_HOSTS))
        client.set_missing_host_key_policy(cast("paramiko.MissingHostKeyPolicy", _Strict()))
        keys = chosen.get("identityfile")
        host, port = self._host_and_port(address)
        client.connect(
            host,
            port,
            username=address.user or chosen.get("user"),
            key_filename=keys,
            look_for_keys=keys is None,
            allow_agent=chosen.get("identitiesonly") != "yes",
            sock=way,
            timeout=self._connect_s,
            banner_timeout=self._connect_s,
            auth_timeout=self._connect_s,
            channel_timeout=self._connect_s,
        )
        transport = client.get_transport()
        if transport is None:
            raise paramiko.SSHException(_("the connection ended"))
        transport.set_keepalive(_KEEPALIVE_S)
        return transport

    def _host_and_port(self, address: SftpAddress) -> tuple[str, int]:
        chosen = self._config.lookup(address.host)
        return chosen.get("hostname", address.host), address.port or int(chosen.get("port", 22))


def _is_set(chosen: Mapping[str, str], name: str) -> bool:
    return chosen.get(name, "none").lower() != "none"


def _account(text: str) -> SftpAddress:
    """Return what a jump host's name means: `user@host:port`."""
    return parse_sftp_address(RemotePlace(RemoteKind.SFTP, f"//{text.strip().removeprefix('ssh://')}/."))
