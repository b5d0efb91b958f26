"""What an app accepts on the network, and whether a person could read its traffic.

Defaults from https://developer.android.com/privacy-and-security/security-config: unencrypted traffic is allowed in apps
made for Android 8.1 (27) and earlier; apps made for Android 6 (23) and earlier accept certificates of the owner's.
Where there is a configuration, `usesCleartextTraffic` counts no more (Android 7 and later).
"""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.manifest.declared import Declared
from phoneward.apk.manifest.network import NetworkConfig
from phoneward.watch.abilities.facts import Ability, About, Network, Seen

_SOURCE: Final = "https://developer.android.com/privacy-and-security/security-config"
_LAST_CLEARTEXT, _LAST_TRUSTING = 27, 23
CODES: Final = ("sends-unencrypted", "traffic-readable", "pins-certificates")


def network_of(declared: Declared, config: NetworkConfig | None, target_sdk: int | None) -> Network:
    """Return what an app accepts."""
    target = target_sdk if target_sdk is not None else _LAST_CLEARTEXT + 1
    cleartext, trusts_user = target <= _LAST_CLEARTEXT, target <= _LAST_TRUSTING
    if config is None:
        told = declared.cleartext
        return Network(cleartext=cleartext if told is None else told, trusts_user=trusts_user, is_told=told is not None)
    return Network(
        cleartext=cleartext if config.cleartext is None else config.cleartext,
        cleartext_hosts=config.cleartext_hosts,
        trusts_user=trusts_user if config.trusts_user is None else config.trusts_user,
        pinned=config.pinned,
        is_told=True,
    )


def network_abilities(network: Network, declared: Declared) -> Iterator[Ability]:
    """Yield what follows from it."""
    setting = "networkSecurityConfig" if declared.network_config else "usesCleartextTraffic"
    seen = (Seen("setting", setting if network.is_told else "targetSdkVersion"),)
    if network.cleartext or network.cleartext_hosts:
        yield _ability("sends-unencrypted", 42, seen)
    if network.trusts_user:
        yield _ability("traffic-readable", 8, seen, is_ordinary=True)
    if network.pinned:
        yield _ability("pins-certificates", 27, seen)


def _ability(code: str, weight: int, seen: tuple[Seen, ...], *, is_ordinary: bool = False) -> Ability:
    return Ability(
        code=code,
        about=About.NETWORK,
        weight=weight,
        is_ordinary=is_ordinary,
        seen=seen,
        count=len(seen),
        source=_SOURCE,
    )
