"""What an app accepts on the network: its network security configuration.

https://developer.android.com/privacy-and-security/security-config
"""

from dataclasses import dataclass
from typing import Final

from phoneward.apk.manifest.resources import Resources
from phoneward.apk.manifest.strings import PoolError
from phoneward.apk.manifest.tree import Element, Tree, TreeError

_DOMAIN: Final = frozenset({"domain-config", "trust-anchors", "pin-set", "domain"})
WANTED: Final = {
    "": frozenset({"network-security-config"}),
    "network-security-config": frozenset({"base-config", "domain-config", "debug-overrides"}),
    "base-config": frozenset({"trust-anchors"}),
    "domain-config": _DOMAIN,
    "trust-anchors": frozenset({"certificates"}),
    "pin-set": frozenset({"pin"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """What a configuration says.

    Attributes:
        cleartext: of all hosts that nothing else is said of; None where it is not said.
        cleartext_hosts: groups of hosts to which unencrypted traffic is allowed.
        trusts_user: certificates that the phone's owner installed are accepted, for all hosts; None: not said.
        trusts_user_hosts: groups of hosts for which they are accepted.
        pinned: groups of hosts with pinned certificates.
    """

    cleartext: bool | None = None
    cleartext_hosts: int = 0
    trusts_user: bool | None = None
    trusts_user_hosts: int = 0
    pinned: int = 0


def parse_network_config(data: bytes, resources: Resources) -> NetworkConfig | None:
    """Read a compiled configuration; None where it cannot be read."""
    try:
        tree = Tree(data)
        return _read(tree, resources)
    except (TreeError, PoolError):
        return None


def _read(tree: Tree, resources: Resources) -> NetworkConfig:
    cleartext: bool | None = None
    trusts_user: bool | None = None
    cleartext_hosts = trusts_user_hosts = pinned = 0
    block = ""
    for element in tree.walk(WANTED):
        if element.tag in {"base-config", "domain-config", "debug-overrides"}:
            block = element.tag
            allowed = _truth(tree, element, "cleartextTrafficPermitted")
            if block == "base-config":
                cleartext = allowed
            cleartext_hosts += block == "domain-config" and bool(allowed)
        elif element.tag == "pin-set":
            pinned += 1
        elif element.tag == "certificates":
            is_user = _text(tree, element, "src", resources) == "user"
            if block == "base-config":
                trusts_user = bool(trusts_user) or is_user
            trusts_user_hosts += block == "domain-config" and is_user
    return NetworkConfig(
        cleartext=cleartext,
        cleartext_hosts=cleartext_hosts,
        trusts_user=trusts_user,
        trusts_user_hosts=trusts_user_hosts,
        pinned=pinned,
    )


def _truth(tree: Tree, element: Element, name: str) -> bool | None:
    value = element.attributes.get(name)
    return value.truth(tree.pool) if value is not None else None


def _text(tree: Tree, element: Element, name: str, resources: Resources) -> str:
    value = element.attributes.get(name)
    if value is None:
        return ""
    if value.is_reference:
        found = resources.find(value.data)
        return (found[0].text(found[1]) if found else None) or ""
    return value.text(tree.pool) or ""
