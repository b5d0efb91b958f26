"""Where a backup's domains stand on this phone: the camera roll as shared storage, apps' data by app, the rest by name.

    CameraRollDomain  Media/DCIM/…         /shared/DCIM/…
    AppDomain-<app>  …                     /appdata/<app>/…
    AppDomainGroup-<group>  …              /appdata/<app>@<group>/…     where the group's name tells the app,
    AppDomainPlugin-<extension>  …         /appdata/<app>@<extension>/…
    any other                              /domains/<domain>/…

Only the names of groups and extensions tell to which app they belong: Apple has an extension's name begin with its
app's (App Extension Programming Guide), and most makers do so with groups, behind `group.` or their team's number.
What belongs to no app by its name stands by its own.
"""

import re
from collections.abc import Iterable
from typing import Final

from phoneward.phones.iosbackup.facts import is_bundle_id
from phoneward.phones.paths import is_clean

SHARED: Final = b"/shared"
APP_DATA: Final = b"/appdata"
DOMAINS: Final = b"/domains"

CAMERA_ROLL: Final = "CameraRollDomain"
_MEDIA: Final = b"Media"
_APP, _GROUP, _PLUGIN = "AppDomain-", "AppDomainGroup-", "AppDomainPlugin-"
_TEAM: Final = re.compile(r"[A-Z0-9]{10}\.")
_BESIDE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
"""What may stand behind the `@`."""


class Places:
    """The folder of each domain.

    Args:
        domains: all of the backup.
        bundles: apps that the backup names elsewhere.

    Attributes:
        beside: the names of an app's further folders, by app.
    """

    def __init__(self, domains: Iterable[str], bundles: Iterable[str]) -> None:
        every = sorted(set(domains))
        own = {name.removeprefix(_APP) for name in every if name.startswith(_APP)}
        self._bundles = {name for name in (*own, *bundles) if is_bundle_id(name)}
        self._folders: dict[str, bytes] = {}
        self._apps: dict[str, str] = {}
        self.beside: dict[str, list[str]] = {}
        taken: set[bytes] = set()
        for domain in every:  # apps' own come first: "AppDomain-" sorts before the others
            folder = self._app_folder(domain)
            if folder is None or folder in taken:
                self._apps.pop(domain, None)
                folder = DOMAINS + b"/" + domain.encode("utf-8", "surrogateescape")
            taken.add(folder)
            self._folders[domain] = folder
        for domain, app in self._apps.items():
            beside = self._folders[domain].partition(b"@")[2].decode()
            if beside:
                self.beside.setdefault(app, []).append(beside)

    @property
    def bundles(self) -> frozenset[str]:
        """All apps that the backup names."""
        return frozenset(self._bundles)

    def app_of(self, domain: str) -> str:
        """Return the app that a domain belongs to, empty where it is no app's."""
        return self._apps.get(domain, "")

    def _app_folder(self, domain: str) -> bytes | None:
        if domain.startswith(_APP):
            name = domain.removeprefix(_APP)
            if not is_bundle_id(name):
                return None
            self._apps[domain] = name
            return APP_DATA + b"/" + name.encode()
        prefix = next((one for one in (_GROUP, _PLUGIN) if domain.startswith(one)), None)
        if prefix is None:
            return None
        name = domain.removeprefix(prefix)
        app = self._owner(name)
        if app and _BESIDE.match(name):
            self._apps[domain] = app
            return APP_DATA + b"/" + f"{app}@{name}".encode()
        return APP_DATA + b"/" + name.encode() if is_bundle_id(name) else None

    def _owner(self, name: str) -> str:
        """Return the app whose name a group's or an extension's begins with; the longest such."""
        bare = _TEAM.sub("", name, count=1).removeprefix("group.").removeprefix("groups.")
        while bare:
            if bare in self._bundles:
                return bare
            bare = bare.rpartition(".")[0]
        return ""

    def place(self, domain: str, path: bytes) -> bytes:
        """Return the phone's path of a file; not clean where the backup's is not.

        Args:
            domain: one of those given.
            path: relative to it, empty for the domain itself.
        """
        if domain == CAMERA_ROLL and (path == _MEDIA or path.startswith(_MEDIA + b"/")):
            return SHARED + path[len(_MEDIA) :]
        folder = self._folders[domain]
        return folder + b"/" + path if path else folder


def is_domain(name: str) -> bool:
    """Tell whether a domain's name can be the name of a folder."""
    return "/" not in name and is_clean(b"/" + name.encode("utf-8", "surrogateescape")) and 0 < len(name) <= 200
