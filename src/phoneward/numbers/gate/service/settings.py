"""The part of the configuration that is about the service itself: who may call, where it listens, where bindings rest.

Each field is explained in docs/reference/gate-service.md.
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from phoneward.errors import readable
from phoneward.numbers.gate import policy
from phoneward.numbers.gate.config import (
    DisconnectedListTable,
    GateConfig,
    Name,
    ProviderTable,
    SimSwapTable,
    TenureTable,
    convert,
    name_of,
    path_of,
    read_config,
)
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.keys import SECRET_BYTES, Keys
from phoneward.texts import N_, Words, words

May = Literal["check", "bindings", "notices", "outbox"]
ALL: Final = ("check", "bindings", "notices", "outbox")
_LARGEST_CONFIG: Final = 1 << 20
_UNHEARD: Final = N_(
    "Careful: {provider} is not asked where a provider before it says SAME, so nobody hears of another SIM or "
    "contract. Put it first, or write order = “together” under [gate]."
)


class Caller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[service.callers]]`: a program that may ask, and for what."""

    name: Name
    key_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    may: tuple[May, ...] = ALL
    per_s: Annotated[float, Meta(gt=0)] = 500.0
    burst: Annotated[int, Meta(ge=1, le=100_000)] = 1000


class ServiceTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[service]`: where it listens, for whom."""

    secret_file: str
    callers: Annotated[tuple[Caller, ...], Meta(min_length=1)]
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8470
    tls_certificate: str | None = None
    tls_key: str | None = None
    plain_http: bool = False

    def __post_init__(self) -> None:
        """Check what a type does not say."""
        try:
            loopback = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            raise ValueError("host: must be an address such as 127.0.0.1 or ::1") from None
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_key: goes with tls_certificate, and the other way round")
        if not loopback and self.tls_key is None and not self.plain_http:
            raise ValueError(
                "host: numbers and keys would travel in the clear; give tls_certificate and tls_key, or say "
                "plain_http = true where something in front of it speaks TLS"
            )
        for which in ("name", "key_sha256"):
            seen = [getattr(caller, which) for caller in self.callers]
            if len(set(seen)) != len(seen):
                raise ValueError(f"callers: two have the same {which}")


class BindingsTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[bindings]`: which database."""

    sqlite: str | None = None
    postgresql: str | None = None

    def __post_init__(self) -> None:
        """Check what a type does not say."""
        if self.sqlite is not None and self.postgresql is not None:
            raise ValueError("postgresql: name one of sqlite and postgresql, not both")


class LifecycleTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[lifecycle]`: when owners are reminded."""

    stale_after_days: Annotated[int, Meta(ge=1, le=3650)] = 180
    remind_days_before: Annotated[int, Meta(ge=0, le=365)] = 14
    every_s: Annotated[int, Meta(ge=1, le=86_400)] = 3600

    def __post_init__(self) -> None:
        """Check what a type does not say."""
        if self.remind_days_before >= self.stale_after_days:
            raise ValueError("remind_days_before: must be less than stale_after_days")


_TABLES: Final = frozenset({"service", "bindings", "lifecycle", "policy", "gate", "operators", "providers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration file.

    Attributes:
        folder: where it lies; the files that it names are found from there.
        gate: the providers' part.
    """

    folder: Path
    service: ServiceTable
    bindings: BindingsTable
    lifecycle: LifecycleTable
    policy: policy.Policy
    gate: GateConfig

    def warnings(self) -> list[Words]:
        """Return what whoever wrote it should hear."""
        found = self.policy.warnings()
        if not self.gate.providers:
            found.append(words("No provider is configured: every answer will be UNKNOWN."))
        return found + [words(_UNHEARD, provider=name_of(provider)) for provider in self._unheard()]

    def _unheard(self) -> list[ProviderTable]:
        """Return those that may know of another SIM or contract, and are not asked where one before says SAME."""
        first = next((n for n, one in enumerate(self.gate.providers) if not isinstance(one, DisconnectedListTable)), 0)
        later = self.gate.providers[first + 1 :] if self.gate.gate.order == "in-turn" else ()
        return [one for one in later if isinstance(one, SimSwapTable | TenureTable)]

    def keys(self) -> Keys:
        """Return the keys of the secret file.

        Raises:
            GateConfigError: it cannot be read, or is too short.
        """
        path = path_of(self.service.secret_file, self.folder)
        try:
            with path.open("rb") as file:
                secret = file.read(_LARGEST_CONFIG).strip()
        except OSError as error:
            raise GateConfigError(
                field="service.secret_file",
                problem=words(
                    "{path} cannot be read ({problem}); make one with: openssl rand -hex 32",
                    path=readable(str(path)),
                    problem=error.strerror or type(error).__name__,
                ),
            ) from error
        if len(secret) < SECRET_BYTES:
            raise GateConfigError(
                field="service.secret_file",
                problem=words("it holds too little; make one with: openssl rand -hex 32"),
            )
        return Keys(secret)


def read(path: Path) -> Settings:
    """Return a configuration.

    Raises:
        GateConfigError: it cannot be read, or a field is missing, unknown or makes no sense; the error names it.
    """
    name = readable(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_CONFIG)
        tables = tomllib.loads(content.decode())
    except OSError as error:
        problem = words("it cannot be read ({problem})", problem=error.strerror or type(error).__name__)
        raise GateConfigError(field=name, problem=problem) from error
    except (ValueError, RecursionError) as error:
        raise GateConfigError(field=name, problem=words("it is no TOML: {problem}", problem=str(error))) from error
    return read_tables(tables, path.absolute().parent)


def read_tables(tables: Mapping[str, object], folder: Path) -> Settings:
    """Return the configuration of a parsed file.

    Raises:
        GateConfigError: as `read`.
    """
    for name in tables:
        if name not in _TABLES:
            raise GateConfigError(field=readable(name), problem=words("there is no such table"))
    return Settings(
        folder=folder,
        service=convert(tables.get("service", {}), ServiceTable, "service"),
        bindings=convert(tables.get("bindings", {}), BindingsTable, "bindings"),
        lifecycle=convert(tables.get("lifecycle", {}), LifecycleTable, "lifecycle"),
        policy=policy.read(tables.get("policy")),
        gate=read_config(tables),
    )
