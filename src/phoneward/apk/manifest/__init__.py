"""What an APK's AndroidManifest.xml says, read from its binary form."""

from phoneward.apk.manifest.facts import DeclaredPermission, Manifest
from phoneward.apk.manifest.reading import parse_manifest

__all__ = ["DeclaredPermission", "Manifest", "parse_manifest"]
