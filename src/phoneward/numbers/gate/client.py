"""Asks a gate that runs as a service of its own (`phoneward number gate serve`). Needs the extra `gate`."""

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

import httpx
import msgspec

from phoneward.numbers.gate.asking import Reason
from phoneward.numbers.gate.gatekeeper import Answer, unreachable
from phoneward.numbers.gate.policy import Purpose
from phoneward.numbers.gate.service.bodies import ActionView, AnswerView, OutboxView

_TIMEOUT_S: Final = 10.0


class GateClient:
    """What a service calls.

    Args:
        url: where the gate answers.
        key: the caller's.
        timeout_s: seconds for one question; longer than the gate's own `gate.limit_s`.
        transport: another way there than over the network; for tests.
    """

    def __init__(
        self, url: str, key: str, *, timeout_s: float = _TIMEOUT_S, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {key}"},
            timeout=timeout_s,
            trust_env=False,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        """Use it for a while."""
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def ask(self, account: str, purpose: Purpose) -> Answer:
        """Return what the gate says; where it says nothing that is understood, UNKNOWN and step-up. Never raises."""
        try:
            said = await self._post("/check", {"account": account, "purpose": purpose.value})
            view = msgspec.json.decode(said, type=AnswerView)
        except Exception as error:  # noqa: BLE001 - whatever fails on the way, nobody gets in by it
            return unreachable(type(error).__name__)
        return Answer(
            word=view.word,
            step=view.step,
            reasons=tuple(Reason(code=one.code, provider=one.provider, detail=one.detail) for one in view.reasons),
            state=view.state,
            data_closed=view.data_closed,
            policy=view.policy,
        )

    async def report(self, path: str, **sent: object) -> dict[str, Any]:  # Any: JSON, by path
        """Report something: `report("/bindings", account=…, number=…)`. May be repeated.

        Raises:
            httpx.HTTPError: it did not come through, or was refused.
        """
        answered: dict[str, Any] = msgspec.json.decode(await self._post(path, sent))
        return answered

    async def outbox(self, limit: int = 100) -> tuple[ActionView, ...]:
        """Return what is to be carried out; the same key comes again until it is reported as done.

        Raises:
            httpx.HTTPError: the gate does not answer.
        """
        answer = await self._client.get("/outbox", params={"limit": limit})
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=OutboxView).actions

    async def done(self, keys: Iterable[str]) -> None:
        """Report what was carried out.

        Raises:
            httpx.HTTPError: it did not come through; report it again.
        """
        await self._post("/outbox/done", {"keys": list(keys)})

    async def _post(self, path: str, sent: object) -> bytes:
        content = msgspec.json.encode(sent)
        answer = await self._client.post(path, content=content, headers={"content-type": "application/json"})
        answer.raise_for_status()
        return answer.content
