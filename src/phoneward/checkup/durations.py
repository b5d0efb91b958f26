"""How long each step took the last time, vault by vault: what the remaining time is told from.

A disposable cache: names of rooms and seconds, nothing of what is in a vault.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

FORMAT: Final = 1
NAME: Final = "checkup-durations.json"
MAX_BYTES: Final = 64 << 10
MAX_VAULTS: Final = 20

_Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class _Durations(msgspec.Struct, frozen=True):
    format: Annotated[int, msgspec.Meta(ge=FORMAT, le=FORMAT)]
    vaults: dict[str, dict[str, _Seconds]]


def past_durations(cache_dir: Path | None, vault: str) -> Mapping[str, float]:
    """Return the seconds that each step took the last time; nothing where nobody remembers.

    Args:
        cache_dir: where it is remembered; None remembers nothing.
        vault: the repository's id.
    """
    return {} if cache_dir is None else _load(cache_dir).get(vault, {})


def remember_durations(cache_dir: Path | None, vault: str, took: Mapping[str, float]) -> None:
    """Remember how long steps took. Where that fails nothing is lost: no time is shown the next time."""
    if cache_dir is None or not took:
        return
    vaults = _load(cache_dir)
    merged = {**vaults.pop(vault, {}), **took}
    kept = dict(list(vaults.items())[-(MAX_VAULTS - 1) :]) | {vault: merged}
    temporary = cache_dir / f".{NAME}.{secrets.token_hex(8)}"
    with contextlib.suppress(OSError):
        cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(msgspec.json.encode(_Durations(FORMAT, kept)))
            os.replace(temporary, cache_dir / NAME)
        finally:
            temporary.unlink(missing_ok=True)


def _load(cache_dir: Path) -> dict[str, dict[str, float]]:
    try:
        with (cache_dir / NAME).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return msgspec.json.decode(data, type=_Durations).vaults if len(data) <= MAX_BYTES else {}
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {}
