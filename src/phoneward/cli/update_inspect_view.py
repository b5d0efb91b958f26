"""What `phoneward update inspect` says of a file: for a person, and as JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from phoneward.errors import readable
from phoneward.texts import _, enumeration, ngettext

if TYPE_CHECKING:
    from phoneward.apk import Inspected, InspectedApk
    from phoneward.apk.signing.facts import Capability, Problem
    from phoneward.cli.output import Output


def document(file: str, sdk: int | None, found: "Inspected") -> dict[str, object]:
    """Return the line for JSON; `sdk` where one version was asked about."""
    whole: dict[str, object] = {
        "file": readable(file),
        "verified": found.is_verified,
        "sdk": sdk,
        "schemes": [scheme.value for scheme in found.schemes],
        "signers": list(found.signers),
        "lineage": [node.sha256 for node in found.lineage],
        "capabilities": [_names(node.capabilities) for node in found.lineage],
        "reasons": [_reason(one) for one in found.problems],
        "warnings": [_reason(one) for one in found.warnings],
        "bundle": found.is_bundle,
        "readable": found.is_readable,
    }
    if found.is_bundle:
        return whole | {"apks": [_part(apk) for apk in found.apks]}
    return whole | (_app(found.apks[0]) if found.apks else {})


def show(output: "Output", file: str, found: "Inspected", *, is_first: bool) -> None:
    """Say first whether it is believed, then why not, then who signed it."""
    if not is_first:
        output.result("")
    name = readable(file)
    output.result(_headline(name, found))
    for reason in dict.fromkeys(str(one.text) for one in found.problems):
        output.result(f"  {readable(reason)}")
    if not found.is_verified:
        if found.is_readable:
            output.result(_("Do not install it. Get the file again from where the app's publisher offers it."))
        else:
            output.result(_("Check the name of the file and whether you may read it."))
        return
    for warning in dict.fromkeys(str(one.text) for one in found.warnings):
        output.result(f"  {readable(warning)}")
    for line in _details(found):
        output.result(line)


def _headline(name: str, found: "Inspected") -> str:
    if not found.is_readable:
        return _("{file}: this file could not be looked at.").format(file=name)
    if not found.is_verified:
        return _("{file}: a phone would not accept this file.").format(file=name)
    if found.is_bundle:
        return ngettext(
            "{file}: it holds one APK. It is unchanged since it was signed, and phones accept its signature.",
            "{file}: it holds {count} APKs of one app. All are unchanged since they were signed, and phones accept "
            "their signatures.",
            len(found.apks),
        ).format(file=name, count=len(found.apks))
    return _("{file}: it is unchanged since it was signed, and phones accept its signature.").format(file=name)


def _details(found: "Inspected") -> Iterator[str]:
    first = found.apks[0]
    yield _("  App: {package}, version {version} ({code})").format(
        package=readable(first.manifest.package),
        version=readable(first.manifest.version_name) or "-",
        code=first.manifest.version_code,
    )
    yield _("  Signature schemes: {schemes}").format(schemes=enumeration(found.schemes) or "-")
    yield _versions(first)
    for signer in found.signers:
        yield _("  Signer's certificate, SHA-256: {sha256}").format(sha256=signer)
    for node in found.lineage[:-1]:
        yield _("  Earlier signer: {sha256}; may still: {capabilities}").format(
            sha256=node.sha256, capabilities=enumeration(_names(node.capabilities)) or _("nothing")
        )
    if found.is_bundle:
        yield _("  Parts: {parts}").format(parts=enumeration(apk.name for apk in found.apks))


def _versions(apk: "InspectedApk") -> str:
    asked = apk.verification.sdk
    if asked.high is None:
        return _("  For: Android API level {low} and later").format(low=asked.low)
    if asked.high == asked.low:
        return _("  For: Android API level {low}").format(low=asked.low)
    return _("  For: Android API levels {low} to {high}").format(low=asked.low, high=asked.high)


def _part(apk: "InspectedApk") -> dict[str, object]:
    found = apk.verification
    return {
        "name": apk.name,
        "verified": found.is_verified,
        "schemes": [scheme.value for scheme in found.schemes],
        "signers": list(found.signing.sha256) if found.signing is not None else [],
        "lineage": [node.sha256 for node in found.lineage],
        "reasons": [_reason(one) for one in found.problems],
        **_app(apk),
    }


def _app(apk: "InspectedApk") -> dict[str, object]:
    manifest, sdk = apk.manifest, apk.verification.sdk
    return {
        "package": readable(manifest.package),
        "split": readable(manifest.split),
        "version_code": manifest.version_code,
        "version_name": readable(manifest.version_name),
        "min_sdk": sdk.low,
        "max_sdk": sdk.high,
    }


def _reason(one: "Problem") -> dict[str, object]:
    return {"code": one.code, "text": readable(str(one.text)), "scheme": one.scheme.value if one.scheme else None}


def _names(capabilities: "Capability") -> Sequence[str]:
    return [(one.name or "").lower().replace("_", "-") for one in capabilities]
