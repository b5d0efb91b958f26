"""The gate's configuration: which operators are asked what, in which order.

Each field is explained in docs/reference/gate.md.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from phoneward.numbers.gate.errors import GateConfigError

T = TypeVar("T")
Seconds = Annotated[float, Meta(gt=0, le=600)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Column = Annotated[int, Meta(ge=1, le=1000)]
Prefix = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{0,14}$")]


class GateTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[gate]`: how it decides."""

    limit_s: Seconds = 5.0
    order: Literal["in-turn", "together"] = "in-turn"
    cache_entries: Annotated[int, Meta(ge=0, le=10_000_000)] = 100_000


class Operator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[operators.NAME]`: an operator (or an aggregator) with CAMARA APIs, and how the service is known there."""

    api_root: str
    token_endpoint: str
    client_id: Annotated[str, Meta(min_length=1, max_length=512)]
    key_file: str
    key_id: str | None = None
    algorithm: Literal["ES256", "RS256", "PS256"] = "ES256"
    flow: Literal["client-credentials", "ciba", "jwt-bearer"] = "client-credentials"
    ciba_endpoint: str | None = None
    purpose: Annotated[str, Meta(pattern=r"^dpv:[A-Za-z]{1,80}$")] = "dpv:FraudPreventionAndDetection"
    zone: str | None = None
    numbers: tuple[Prefix, ...] = ()
    timeout_s: Seconds = 2.0
    per_s: Annotated[float, Meta(gt=0)] | None = None
    burst: Annotated[int, Meta(ge=1, le=100_000)] = 10
    ca_file: str | None = None

    def __post_init__(self) -> None:
        """Check what a type does not say."""
        _check_url("api_root", self.api_root)
        _check_url("token_endpoint", self.token_endpoint)
        if self.ciba_endpoint is not None:
            _check_url("ciba_endpoint", self.ciba_endpoint)
        if (self.flow == "ciba") != (self.ciba_endpoint is not None):
            raise ValueError("ciba_endpoint: goes with flow = 'ciba', and the other way round")
        if self.zone is not None:
            zone_of(self.zone)


class _Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    name: Name | None = None


class NumberRecyclingTable(_Asked, frozen=True, kw_only=True, tag="number-recycling"):
    """A provider: CAMARA Number Recycling v0.2."""

    operator: str
    trust_same_day: bool = False


class SimSwapTable(_Asked, frozen=True, kw_only=True, tag="sim-swap"):
    """A provider: CAMARA SIM Swap v2.1."""

    operator: str
    operations: Annotated[tuple[Literal["retrieve-date", "check"], ...], Meta(min_length=1)] = (
        "retrieve-date",
        "check",
    )


class TenureTable(_Asked, frozen=True, kw_only=True, tag="tenure"):
    """A provider: CAMARA KYC Tenure v0.2."""

    operator: str


class _Listed(_Asked, frozen=True, kw_only=True):
    file: str
    country_code: Annotated[str, Meta(pattern="^[1-9][0-9]{0,2}$")] | None = None
    number_column: Column = 1
    date_column: Column | None = 2
    date_format: Annotated[str, Meta(min_length=1, max_length=32)] = "%Y-%m-%d"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","


class DisconnectedListTable(_Listed, frozen=True, kw_only=True, tag="disconnected-list"):
    """A provider: a list of numbers that were disconnected for good."""

    disconnected_from: dt.date | None = None
    disconnected_until: dt.date | None = None
    numbers: tuple[Prefix, ...] = ()

    def __post_init__(self) -> None:
        """Check what a type does not say."""
        first, last = self.disconnected_from, self.disconnected_until
        if (first is None) != (last is None) or (first and last and first > last):
            raise ValueError("disconnected_until: goes with disconnected_from, and is not before it")


class ReassignedTable(_Listed, frozen=True, kw_only=True, tag="us-reassigned"):
    """A provider: answers of the US Reassigned Numbers Database to a batch query."""

    answered_on: dt.date
    answer_column: Column = 3


Camara = NumberRecyclingTable | SimSwapTable | TenureTable
ProviderTable = NumberRecyclingTable | SimSwapTable | TenureTable | DisconnectedListTable | ReassignedTable
_PROVIDER = cast("type[ProviderTable]", ProviderTable)


class GateConfig(Struct, frozen=True, kw_only=True):
    """What the gate needs of a configuration file; other tables are for others.

    Attributes:
        providers: in the order in which they are asked.
    """

    gate: GateTable = GateTable()
    operators: dict[Name, Operator] = {}
    providers: tuple[ProviderTable, ...] = ()


def read_config(tables: Mapping[str, object]) -> GateConfig:
    """Return the configuration that a parsed TOML file holds.

    Raises:
        GateConfigError: a field is missing, unknown or makes no sense; the error names it.
    """
    operators = convert(tables.get("operators", {}), dict[Name, dict[str, object]], "operators")
    providers = convert(tables.get("providers", []), list[dict[str, object]], "providers")
    config = GateConfig(
        gate=convert(tables.get("gate", {}), GateTable, "gate"),
        operators={name: convert(table, Operator, f"operators.{name}") for name, table in operators.items()},
        providers=tuple(convert(table, _PROVIDER, f"providers[{n}]") for n, table in enumerate(providers)),
    )
    names = [name_of(provider) for provider in config.providers]
    for index, provider in enumerate(config.providers):
        field = f"providers[{index}]"
        if isinstance(provider, Camara) and provider.operator not in config.operators:
            raise GateConfigError(field=f"{field}.operator", problem=f"there is no [operators.{provider.operator}]")
        if names.index(names[index]) != index:
            raise GateConfigError(field=f"{field}.name", problem=f"{names[index]} stands twice")
    return config


def convert(value: object, kind: type[T], where: str) -> T:
    """Return a part of the configuration as what it must be.

    Raises:
        GateConfigError: it is not; `where` says which part.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problem, _at, path = str(error).partition(" - at `$")
        named = re.match(r"([a-z_]+): ", problem)  # what `__post_init__` refuses has no path of its own
        field = where + path.strip("`") + (f".{named[1]}" if named else "")
        raise GateConfigError(field=field, problem=problem.removeprefix(named[0] if named else "")) from None


def name_of(provider: ProviderTable) -> str:
    """Return the provider's name: its own, or made of what it is."""
    if provider.name is not None:
        return provider.name
    kind = str(type(provider).__struct_config__.tag)
    return f"{provider.operator}.{kind}" if isinstance(provider, Camara) else kind


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"zone: there is no time zone {name!r}") from None


def path_of(name: str, folder: Path) -> Path:
    """Return where a file of the configuration lies: relative to the configuration's folder."""
    return folder / name


def _check_url(field: str, url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.hostname in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", parts.hostname or "")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{field}: not an address of the form https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError(f"{field}: must begin with https:// (http:// only on this machine)")
