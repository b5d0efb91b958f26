"""APKs and phones that only say things: what a rule is asked about, without a file."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from phoneward.apk.app import AppSet
from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.facts import Capability, LineageNode, Scheme, SdkRange, Signing, Verification
from phoneward.apk.source import BytesSource
from phoneward.updates import Device, Effect, Installed, Judgement

PACKAGE = "org.example.notes"
USUAL = Capability(1 | 2 | 4 | 16)
"""What apksigner grants an earlier signer unless told otherwise."""

PHONE = Device(sdk=34, abis=("arm64-v8a", "armeabi-v7a"))


@dataclass(frozen=True, eq=False)
class SaidApk:
    """An APK that says this, and is believed by every phone if it has a signer."""

    manifest: Manifest
    signing: Signing | None
    abis: frozenset[str] = frozenset()
    has_compressed_libraries: bool = False
    resources_unusable: bool = False
    source: BytesSource = dataclasses.field(default_factory=lambda: BytesSource(b"", "notes.apk"))

    def verify(self, sdk: SdkRange | None = None) -> Verification:
        believed = self.signing is not None
        return Verification(is_verified=believed, sdk=sdk or SdkRange(1), signing=self.signing)


def signed(*signers: str, past: tuple[tuple[str, Capability], ...] = (), scheme: Scheme = Scheme.V3) -> Signing:
    """A signer by name, and the earlier ones with what they may still do."""
    nodes = tuple(LineageNode(name.encode(), may) for name, may in past)
    if nodes:
        nodes += (LineageNode(signers[0].encode(), Capability(31)),)
    return Signing(tuple(name.encode() for name in signers), nodes, scheme)


def by(certificate: bytes) -> Signing:
    """The one signer of this certificate, DER."""
    return Signing((certificate,), (), Scheme.V3)


def apk(signing: Signing | None = None, **said: Any) -> SaidApk:
    files = {
        name: said.pop(name) for name in ("abis", "has_compressed_libraries", "resources_unusable") if name in said
    }
    manifest = Manifest(**{"package": PACKAGE, "version_code": 2, "target_sdk": 34, **said})
    return SaidApk(manifest, signing or signed("A"), **files)


def unsigned(**said: Any) -> SaidApk:
    return dataclasses.replace(apk(**said), signing=None)


def one(signing: Signing | None = None, **said: Any) -> AppSet:
    base = apk(signing, **said)
    return AppSet(base.manifest.package, base)


def several(base: SaidApk | None, *splits: SaidApk) -> AppSet:
    return AppSet(PACKAGE, base, splits)


def there(signing: Signing | None = None, **said: Any) -> Installed:
    known: dict[str, Any] = {
        "package": PACKAGE,
        "version_code": 1,
        "target_sdk": 34,
        "signing": signing or signed("A"),
        "no_app_data_storage": False,
        "permissions": (),
    }
    return Installed(**{**known, **said})


def codes(judgement: Judgement, *effects: Effect) -> set[str]:
    return {reason.code for reason in judgement.reasons if not effects or reason.effect in effects}


def statuses(judgement: Judgement) -> set[str]:
    return {reason.status for reason in judgement.reasons if reason.status}
