"""Builds the gate that a configuration describes."""

import datetime as dt
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from phoneward.numbers.gate.asking import Provider
from phoneward.numbers.gate.assertions import KeyFileError, Signer, load_key
from phoneward.numbers.gate.cache import DayCache
from phoneward.numbers.gate.ciba import Ciba
from phoneward.numbers.gate.config import (
    Camara,
    GateConfig,
    NumberRecyclingTable,
    Operator,
    ProviderTable,
    ReassignedTable,
    SimSwapTable,
    TenureTable,
    name_of,
    path_of,
    zone_of,
)
from phoneward.numbers.gate.deciding import Event, Gate, Order, utc_now
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.lists import ListError, NumberIndex, Shape
from phoneward.numbers.gate.oauth import TokenEndpoint
from phoneward.numbers.gate.pace import Pace
from phoneward.numbers.gate.providers import recycling, simswap, tenure
from phoneward.numbers.gate.providers.area import InArea
from phoneward.numbers.gate.providers.camara import CamaraApi
from phoneward.numbers.gate.providers.disconnected import DisconnectedList, open_index
from phoneward.numbers.gate.providers.reassigned import ReassignedNumbers, answers, answers_index
from phoneward.numbers.gate.tokens import ClientCredentials, JwtBearer, KeptTokens
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
            self._tokens[scope] = _flow(self.table, endpoint, f"{self.table.purpose} {scope}")
        return self._tokens[scope]

    async def aclose(self) -> None:
        for tokens in self._tokens.values():
            await tokens.aclose()
        await self.wire.aclose()


def _flow(table: Operator, endpoint: TokenEndpoint, scope: str) -> KeptTokens:
    if table.ciba_endpoint is not None:
        return Ciba(endpoint, scope, url=table.ciba_endpoint, patience_s=table.timeout_s / 2)
    return (JwtBearer if table.flow == "jwt-bearer" else ClientCredentials)(endpoint, scope)


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
    indexes: list[NumberIndex] = []
    providers = []
    for position, table in enumerate(config.providers):
        try:
            providers.append(_provider(table, lines, indexes, folder, clock))
        except ListError as error:
            raise GateConfigError(field=f"providers[{position}].file", problem=str(error)) from None

    async def close() -> None:
        for line in lines.values():
            await line.aclose()
        for index in indexes:
            index.close()

    return Gate(
        providers,
        cache=DayCache(config.gate.cache_entries) if config.gate.cache_entries else None,
        clock=clock,
        on_event=on_event,
        order=Order(config.gate.order),
        limit_s=config.gate.limit_s,
        close=close,
    )


def _provider(
    table: ProviderTable,
    lines: Mapping[str, _Line],
    indexes: list[NumberIndex],
    folder: Path,
    clock: Callable[[], dt.datetime],
) -> Provider:
    if isinstance(table, Camara):
        line = lines[table.operator]
        provider = _camara(table, line)
        return InArea(provider, line.table.numbers, clock) if line.table.numbers else provider
    shape = Shape(
        country_code=table.country_code,
        number_column=table.number_column,
        date_column=table.date_column,
        answer_column=table.answer_column if isinstance(table, ReassignedTable) else None,
        date_format=table.date_format,
        delimiter=table.delimiter,
    )
    if isinstance(table, ReassignedTable):
        index = answers_index(path_of(table.file, folder), shape)
        indexes.append(index)
        return ReassignedNumbers(name_of(table), answers(index), clock=clock, answered_on=table.answered_on)
    index = open_index(
        path_of(table.file, folder), shape, from_day=table.disconnected_from, until_day=table.disconnected_until
    )
    indexes.append(index)
    listed = DisconnectedList(name_of(table), index, clock=clock)
    return InArea(listed, table.numbers, clock) if table.numbers else listed


def _camara(table: Camara, line: _Line) -> Provider:
    name = name_of(table)
    match table:
        case NumberRecyclingTable():
            api = line.api(name, recycling.PATH, recycling.SCOPE)
            return recycling.NumberRecycling(api, zone=line.zone, trust_same_day=table.trust_same_day)
        case TenureTable():
            return tenure.Tenure(line.api(name, tenure.PATH, tenure.SCOPE), zone=line.zone)
        case SimSwapTable():
            date, check = (wanted in table.operations for wanted in ("retrieve-date", "check"))
            return simswap.SimSwap(
                name,
                date_api=line.api(name, simswap.DATE_PATH, simswap.DATE_SCOPE) if date else None,
                check_api=line.api(name, simswap.CHECK_PATH, simswap.CHECK_SCOPE) if check else None,
            )
