"""What an opened APK declares in its manifest, and in the small files that the manifest points to."""

from dataclasses import dataclass
from typing import Final

from phoneward.apk.errors import ApkError
from phoneward.apk.manifest.declared import Component, Declared, parse_declared
from phoneward.apk.manifest.network import NetworkConfig, parse_network_config
from phoneward.apk.manifest.resources import Resources
from phoneward.apk.manifest.strings import PoolError
from phoneward.apk.manifest.tree import Tree, TreeError
from phoneward.apk.opening import MANIFEST, MAX_MANIFEST, MAX_RESOURCES, RESOURCES, OpenedApk

MAX_XML: Final = 1 << 20
ACCESSIBILITY: Final = "android.accessibilityservice"
_TAKES_SCREENSHOTS, _READS_WINDOWS = 0x0101060F, 0x01010385
_ACCESSIBILITY_SERVICE: Final = {"": frozenset({"accessibility-service"})}


@dataclass(frozen=True, slots=True)
class AccessibilityService:
    """What a service for people with disabilities may do, as its description says.

    Attributes:
        name: its class.
        takes_screenshots: `canTakeScreenshot`.
        reads_windows: `canRetrieveWindowContent`.
    """

    name: str
    takes_screenshots: bool = False
    reads_windows: bool = False


class Declaring:
    """Reads what one APK declares.

    Args:
        apk: open.

    Attributes:
        declared: what its manifest declares.

    Raises:
        ApkError: its manifest is damaged.
    """

    def __init__(self, apk: OpenedApk) -> None:
        self._apk = apk
        self._resources = Resources(self._table)
        entry = apk.container.find(MANIFEST)
        data = apk.container.read(entry, MAX_MANIFEST, as_asset=True) if entry is not None else b""
        self.declared: Declared = parse_declared(data, apk.source.name, apk.manifest.package, self._resources)

    def _table(self) -> bytes | None:
        entry = self._apk.container.find(RESOURCES)
        if entry is None or entry.size > MAX_RESOURCES:
            return None
        try:
            return self._apk.container.read(entry, MAX_RESOURCES, as_asset=True)
        except ApkError:
            return None

    def network(self) -> NetworkConfig | None:
        """Return the network security configuration; None where there is none, or it cannot be read."""
        data = self._xml(self.declared.network_config)
        return parse_network_config(data, self._resources) if data else None

    def accessibility(self, component: Component) -> AccessibilityService:
        """Return what an accessibility service says that it wants."""
        service = AccessibilityService(component.name)
        data = self._xml(component.meta_data.get(ACCESSIBILITY, 0))
        if not data:
            return service
        try:
            tree = Tree(data)
            for element in tree.walk(_ACCESSIBILITY_SERVICE):
                flags = [element.attributes.get(key) for key in (_TAKES_SCREENSHOTS, _READS_WINDOWS)]
                told = [bool(flag.truth(tree.pool)) if flag is not None else False for flag in flags]
                return AccessibilityService(component.name, *told)
        except (TreeError, PoolError):
            pass
        return service

    def _xml(self, resource: int) -> bytes | None:
        """Return a compiled XML file that a resource names."""
        found = self._resources.find(resource) if resource else None
        path = found[0].text(found[1]) if found else None
        entry = self._apk.container.find(path.encode("utf-8", "surrogateescape")) if path else None
        if entry is None:
            return None
        try:
            return self._apk.container.read(entry, MAX_XML, as_asset=True)
        except ApkError:
            return None
