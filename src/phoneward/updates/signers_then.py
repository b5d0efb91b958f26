"""Who signed the apps that snapshots keep: read from their APKs once, and remembered under the vault's key.

That an app's signer signed what the file says of itself is verified; its content is not read again. Android verified it
when it took the app, and the vault proves that these are the bytes that the phone had. So an app of 200 MB costs what
lies at its end.
"""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from phoneward.apk import ApkError, open_apk
from phoneward.apk.signing.facts import Capability, LineageNode, Scheme, SdkRange, Signing
from phoneward.errors import PhonewardError
from phoneward.snapshots import AppRecord, PastApps
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.vault import BlobId, Node, Repository, SealedCache, Snapshot

PURPOSE: Final = "signers 1"
MAX_CACHE: Final = 64 << 20
MAX_REMEMBERED: Final = 50_000
"""APKs whose signer is remembered while a history is read."""


class _Past(msgspec.Struct, array_like=True, frozen=True):
    certificate: bytes
    capabilities: int


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """What is remembered of an APK: no signers where it has none that could be verified."""

    signers: tuple[bytes, ...] = ()
    past: tuple[_Past, ...] = ()
    scheme: str = ""


_decoder: Final = msgspec.msgpack.Decoder(_Entry)


class SignersThen:
    """Whose apps those of the snapshots of one phone were. One thread.

    Args:
        repo: open, its index loaded.
        past: the snapshots' lists of apps.
        sdk: the phone's API level: which of an APK's signatures it goes by; None where unknown.
        cache_dir: where the room keeps derived data, sealed; None keeps nothing.
        packages: the apps that are asked about; None for all.
    """

    def __init__(
        self,
        repo: Repository,
        past: PastApps,
        *,
        sdk: int | None = None,
        cache_dir: Path | None = None,
        packages: Collection[str] | None = None,
    ) -> None:
        self._past = past
        self._sdk = None if sdk is None else SdkRange(sdk, sdk)
        self._packages = packages
        self._cache = (
            None
            if cache_dir is None
            else SealedCache(cache_dir / "signers", repo, purpose=PURPOSE, max_bytes=MAX_CACHE)
        )
        self._known: dict[BlobId, Signing | None] = {}

    def of(self, snapshot: Snapshot, app: AppRecord) -> Signing | None:
        """Return who signed an app; None where it is not kept, cannot be read, or is not verified."""
        if (self._packages is not None and app.package not in self._packages) or not app.apk or not app.apk[0].stored:
            return None
        try:
            folder = self._past.folder(snapshot, app.package)
        except PhonewardError:  # a damaged part of the vault: nobody knows
            return None
        if folder is None:
            return None
        if folder not in self._known:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            node = self._past.apk(snapshot, app.apk[0].stored)
            self._known[folder] = None if node is None else self._remembered(self._key(node), node)
        return self._known[folder]

    def _key(self, node: Node) -> bytes:
        version = b"" if self._sdk is None else b"%d" % self._sdk.low
        return hashlib.sha256(b"\0".join((version, *(node.content or ())))).digest()

    def _remembered(self, key: bytes, node: Node) -> Signing | None:
        stored = None if self._cache is None else self._cache.get(key)
        if stored is not None:
            try:
                return _signing(_decoder.decode(stored))
            except (msgspec.MsgspecError, ValueError):  # another version's: read again
                pass
        try:
            signing = self._read(node)
        except PhonewardError:  # of the vault: a repair may bring it back, so nothing is remembered
            return None
        if self._cache is not None:
            self._cache.put(key, msgspec.msgpack.encode(_entry(signing)))
        return signing

    def _read(self, node: Node) -> Signing | None:
        source = VaultSource(self._past.open(node), "base.apk")
        try:
            with open_apk(source) as apk:
                return apk.signing(self._sdk)
        except ApkError:
            return None


def _entry(signing: Signing | None) -> _Entry:
    if signing is None:
        return _Entry()
    past = tuple(_Past(node.certificate, int(node.capabilities)) for node in signing.past)
    return _Entry(signing.signers, past, signing.scheme.value)


def _signing(entry: _Entry) -> Signing | None:
    if not entry.signers:
        return None
    past = tuple(LineageNode(node.certificate, Capability(node.capabilities)) for node in entry.past)
    return Signing(entry.signers, past, Scheme(entry.scheme))
