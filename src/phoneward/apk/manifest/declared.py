"""What a manifest declares that an app can do and offers to others: permissions by Android version, components, flags.

The installer's view is `facts.Manifest`; this is read only where a person asks what an app could do. Attribute numbers
from AOSP core/res `public-final.xml`.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from phoneward.apk.errors import ManifestError
from phoneward.apk.manifest.names import class_name
from phoneward.apk.manifest.resources import Resources
from phoneward.apk.manifest.strings import PoolError
from phoneward.apk.manifest.tree import Element, Key, Tree, TreeError
from phoneward.apk.manifest.values import Value
from phoneward.texts import words

NAME, PERMISSION, READ, WRITE = 0x01010003, 0x01010006, 0x01010007, 0x01010008
EXPORTED, AUTHORITIES, GRANTS = 0x01010010, 0x01010018, 0x0101001B
VALUE, RESOURCE, ENABLED = 0x01010024, 0x01010025, 0x0101000E
MAX_SDK, TARGET_ACTIVITY = 0x01010271, 0x01010202
CLEARTEXT, NETWORK_CONFIG, FACTORY = 0x010104EC, 0x01010527, 0x0101057A
SERVICE_TYPE, LEGACY_STORAGE, KEEPS_LEGACY_STORAGE = 0x01010599, 0x01010603, 0x01010614
USES_PERMISSION_FLAGS: Final = 0x01010644

MAX_PARTS: Final = 20_000
"""Permissions, components and their actions of one app; the largest have some thousand."""
COMPONENTS: Final = frozenset({"activity", "activity-alias", "service", "receiver", "provider"})
_PERMISSIONS: Final = frozenset({"uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m"})
_INNER: Final = frozenset({"intent-filter", "meta-data", "path-permission", "grant-uri-permission"})
WANTED: Final = {
    "": frozenset({"manifest"}),
    "manifest": _PERMISSIONS | {"application", "queries"},
    "application": COMPONENTS | {"meta-data"},
    "queries": frozenset({"package", "intent", "provider"}),
    "intent-filter": frozenset({"action"}),
    **dict.fromkeys(COMPONENTS, _INNER),
}


@dataclass(frozen=True, slots=True)
class UsedPermission:
    """A permission that the app asks for.

    Attributes:
        name: in full.
        max_sdk: the last API level on which it is asked for; None for all.
    """

    name: str
    max_sdk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of the app that Android starts.

    Attributes:
        kind: the element's name: activity, activity-alias, service, receiver, provider.
        name: its class, in full; of an alias the class that it stands for.
        is_exported: other apps may call it. None: not said, and it has no filter.
        permission: that a caller needs; of providers the one for reading.
        write_permission: of providers.
        authorities: names by which a provider is called.
        grants: a provider hands single files to whom it chooses.
        has_filter: it says itself what it may be called for.
        actions: of its filters.
        service_type: bits of `foregroundServiceType`; 32 is the recording of the screen.
        meta_data: resource (else 0) by name.
    """

    kind: str
    name: str
    is_exported: bool | None = None
    permission: str = ""
    write_permission: str = ""
    authorities: tuple[str, ...] = ()
    grants: bool = False
    has_filter: bool = False
    actions: tuple[str, ...] = ()
    service_type: int = 0
    meta_data: dict[str, int] = field(default_factory=dict)

    def is_open(self, target_sdk: int) -> bool:
        """Tell whether other apps may call it (`android:exported`; its default in the manifest's reference)."""
        if self.is_exported is not None:
            return self.is_exported
        return target_sdk < 17 if self.kind == "provider" else self.has_filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the manifest declares.

    Attributes:
        application: class that Android starts first; empty where none is named.
        factory: class that makes the others (`appComponentFactory`); empty where none.
        permissions: that are asked for, in order.
        components: in order.
        cleartext: `usesCleartextTraffic`; None where it is not said.
        network_config: resource of the network security configuration; 0 where there is none.
        legacy_storage, keeps_legacy_storage: `requestLegacyExternalStorage`, `preserveLegacyExternalStorage`.
        queries: packages that it wants to know about.
    """

    application: str = ""
    factory: str = ""
    permissions: tuple[UsedPermission, ...] = ()
    components: tuple[Component, ...] = ()
    cleartext: bool | None = None
    network_config: int = 0
    legacy_storage: bool = False
    keeps_legacy_storage: bool = False
    queries: tuple[str, ...] = ()


def parse_declared(data: bytes, file: str, package: str, resources: Resources) -> Declared:
    """Read a compiled AndroidManifest.xml.

    Args:
        data: all of it.
        file: what to call the app's file.
        package: of the app; names of classes may be short for one of it.
        resources: for values that name a resource.

    Raises:
        ManifestError: it is damaged, or declares more than any app.
    """
    try:
        tree = Tree(data)
        reader = _Reader(tree, package, resources)
        for number, element in enumerate(tree.walk(WANTED)):
            if number >= MAX_PARTS:
                raise ManifestError(file=file, problem=words("it holds more parts than any app"))
            reader.take(element)
    except (TreeError, PoolError) as error:
        raise ManifestError(file=file, problem=words("what it says of itself is damaged")) from error
    return reader.finish()


@dataclass(slots=True)
class _Reader:
    tree: Tree
    package: str
    resources: Resources
    facts: dict[str, Any] = field(default_factory=dict)
    permissions: dict[str, UsedPermission] = field(default_factory=dict)
    components: list[dict[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    def take(self, element: Element) -> None:
        """Read one element; what is below a component comes right behind it."""
        attributes, tag = element.attributes, element.tag
        if tag in _PERMISSIONS:
            name = self._text(attributes, NAME)
            self.permissions.setdefault(name, UsedPermission(name, self._number(attributes, MAX_SDK)))
        elif tag == "application":
            self._application(attributes)
        elif element.parent == "application" and tag in COMPONENTS:
            self.components.append(self._component(tag, attributes))
        elif element.parent in COMPONENTS and self.components:
            self._inner(tag, attributes, self.components[-1])
        elif tag == "action" and self.components:
            self.components[-1]["actions"] += (self._text(attributes, NAME),)
        elif tag == "package":
            self.queries.append(self._text(attributes, NAME))

    def finish(self) -> Declared:
        """Return what was collected."""
        return Declared(
            **self.facts,
            permissions=tuple(one for one in self.permissions.values() if one.name),
            components=tuple(Component(**one) for one in self.components),
            queries=tuple(self.queries),
        )

    def _application(self, attributes: dict[Key, Value]) -> None:
        config = attributes.get(NETWORK_CONFIG)
        self.facts = {
            "application": self._class(attributes, NAME),
            "factory": self._class(attributes, FACTORY),
            "cleartext": self._truth(attributes, CLEARTEXT),
            "network_config": config.data if config is not None and config.is_reference else 0,
            "legacy_storage": bool(self._truth(attributes, LEGACY_STORAGE)),
            "keeps_legacy_storage": bool(self._truth(attributes, KEEPS_LEGACY_STORAGE)),
        }

    def _component(self, tag: str, attributes: dict[Key, Value]) -> dict[str, Any]:
        permission = self._text(attributes, PERMISSION)
        authorities = self._text(attributes, AUTHORITIES)
        return {
            "kind": tag,
            "name": self._class(attributes, TARGET_ACTIVITY if tag == "activity-alias" else NAME),
            "is_exported": self._truth(attributes, EXPORTED),
            "permission": self._text(attributes, READ) or permission,
            "write_permission": self._text(attributes, WRITE) or permission,
            "authorities": tuple(authorities.split(";")) if authorities else (),
            "grants": bool(self._truth(attributes, GRANTS)),
            "has_filter": False,
            "actions": (),
            "service_type": self._number(attributes, SERVICE_TYPE) or 0,
            "meta_data": {},
        }

    def _inner(self, tag: str, attributes: dict[Key, Value], component: dict[str, Any]) -> None:
        if tag == "intent-filter":
            component["has_filter"] = True
        elif tag == "grant-uri-permission":
            component["grants"] = True
        elif tag == "meta-data":
            value = attributes.get(RESOURCE)
            component["meta_data"][self._text(attributes, NAME)] = value.data if value is not None else 0

    def _class(self, attributes: dict[Key, Value], key: int) -> str:
        name = self._text(attributes, key)
        return class_name(self.package, name) if name else ""

    def _text(self, attributes: dict[Key, Value], key: int) -> str:
        value = attributes.get(key)
        if value is None:
            return ""
        if value.is_reference:
            found = self.resources.find(value.data)
            return (found[0].text(found[1]) if found else None) or ""
        return value.text(self.tree.pool) or ""

    def _truth(self, attributes: dict[Key, Value], key: int) -> bool | None:
        value, pool = attributes.get(key), self.tree.pool
        if value is not None and value.is_reference:
            found = self.resources.find(value.data)
            if found is None:
                return None
            value, pool = found
        return value.truth(pool) if value is not None else None

    def _number(self, attributes: dict[Key, Value], key: int) -> int | None:
        value = attributes.get(key)
        if value is not None and value.is_reference:
            found = self.resources.find(value.data)
            value = found[0] if found else None
        return value.number if value is not None else None
