"""One APK or bundle file: its container, its manifest, who signed it, and whether a phone would believe that.

Nothing here knows a phone or a vault. Everything a file says may be a lie: bounded memory and time, one clear error.
"""

from phoneward.apk.app import Apk, AppSet, LeftOut
from phoneward.apk.bundle import open_app
from phoneward.apk.errors import ApkChangedError, ApkError, ApkUnreadableError
from phoneward.apk.inspecting import Inspected, InspectedApk, Versions, inspect
from phoneward.apk.manifest import DeclaredPermission, Manifest
from phoneward.apk.opening import OpenedApk, open_apk
from phoneward.apk.signing.facts import Capability, LineageNode, Problem, Scheme, SdkRange, Signing, Verification
from phoneward.apk.source import BytesSource, FileSource, PartSource, Source

__all__ = [
    "Apk",
    "ApkChangedError",
    "ApkError",
    "ApkUnreadableError",
    "AppSet",
    "BytesSource",
    "Capability",
    "DeclaredPermission",
    "FileSource",
    "Inspected",
    "InspectedApk",
    "LeftOut",
    "LineageNode",
    "Manifest",
    "OpenedApk",
    "PartSource",
    "Problem",
    "Scheme",
    "SdkRange",
    "Signing",
    "Source",
    "Verification",
    "Versions",
    "inspect",
    "open_apk",
    "open_app",
]
