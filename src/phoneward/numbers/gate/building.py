"""Builds the gate that a configuration describes."""

import datetime as dt
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from phoneward.numbers.gate.asking import Provider
from phoneward.numbers.gate.assertions import KeyFileError, Signer, load_key
from phoneward.numbers.gate.cache import DayCache
from phoneward.numbers.gate.config import GateConfig, Operator, ProviderTable, name_of, path_of, zone_of
from phoneward.numbers.gate.deciding import Event, Gate, Order, utc_now
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.pace import Pace
from phoneward.numbers.gate.providers import recycling
from phoneward.numbers.gate.providers.area import InArea
from phoneward.numbers.gate.providers.camara import CamaraApi
from phoneward.numbers.gate.tokens import ClientCredentials, JwtBearer, KeptTokens, TokenEndpoint
from phoneward.numbers.gate.wire import Wire


class _Line:
    """What the providers of one operator share: connections, the key, the pace, one store of tokens for each scope."""

    def __init__(self, name: str, table: Operator, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        field = f"operators.{name}"
        try:
            key = load_key(path_of(table.key_file, folder), table.algorithm)
        except KeyFileError as error:
            raise GateConfigError(field=f"{field}.key_file", problem=str(error)) from None
        try:
            self.wire = Wire(ca_file=path_of(table.ca_file, folder) if table.ca_file else None)
        except (OSError, ssl.SSLError):
            raise GateConfigError(field=f"{field}.ca_file", problem="holds no certificate that can be read") from None
        self.table = table
        self.clock = clock
        self.zone = zone_of(table.zone) if table.zone else None
        self._signer = Signer(
            key, client_id=table.client_id, algorithm=table.algorithm, key_id=table.key_id, clock=clock
        )
        self._pace = Pace(table.per_s, table.burst)
        self._tokens: dict[str, KeptTokens] = {}

    def api(self, name: str, path: str, scope: str) -> CamaraApi:
        table = self.table
        return CamaraApi(
            name,
            table.api_root.rstrip("/") + path,
            wire=self.wire,
            tokens=self._tokens_for(scope),
            pace=self._pace,
            timeout_s=table.timeout_s,
            clock=self.clock,
        )

    def _tokens_for(self, scope: str) -> KeptTokens:
        if scope not in self._tokens:
            endpoint = TokenEndpoint(self.wire, self.table.token_endpoint, self._signer, timeout_s=self.table.timeout_s)
            flow = {"client-credentials": ClientCredentials, "jwt-bearer": JwtBearer}[self.table.flow]
            self._tokens[scope] = flow(endpoint, f"{self.table.purpose} {scope}")
        return self._tokens[scope]

    async def aclose(self) -> None:
        for tokens in self._tokens.values():
            await tokens.aclose()
        await self.wire.aclose()


def build_gate(
    config: GateConfig,
    *,
    folder: Path,
    clock: Callable[[], dt.datetime] = utc_now,
    on_event: Callable[[Event], None] | None = None,
) -> Gate:
    """Return the gate.

    Args:
        config: what `read_config` returned.
        folder: where the configuration lies; the files it names are found from there.
        clock: returns now, aware.
        on_event: see `Gate`.

    Raises:
        GateConfigError: a key or a file cannot be read.
    """
    lines = {name: _Line(name, table, folder, clock) for name, table in config.operators.items()}

    async def close() -> None:
        for line in lines.values():
            await line.aclose()

    return Gate(
        [_provider(table, lines) for table in config.providers],
        cache=DayCache(config.gate.cache_entries) if config.gate.cache_entries else None,
        clock=clock,
        on_event=on_event,
        order=Order(config.gate.order),
        limit_s=config.gate.limit_s,
        close=close,
    )


def _provider(table: ProviderTable, lines: Mapping[str, _Line]) -> Provider:
    line = lines[table.operator]
    api = line.api(name_of(table), recycling.PATH, recycling.SCOPE)
    provider = recycling.NumberRecycling(api, zone=line.zone, trust_same_day=table.trust_same_day)
    return InArea(provider, line.table.numbers, line.clock) if line.table.numbers else provider
