"""What manifests declare, beside what aapt prints of them; and what small files beside the manifest say."""

import contextlib
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.apk import open_apk
from phoneward.apk.declaring import Declaring
from phoneward.apk.errors import ManifestError
from phoneward.apk.manifest import declared as declared_module
from phoneward.apk.manifest.declared import COMPONENTS, Component, Declared, parse_declared
from phoneward.apk.manifest.network import NetworkConfig, parse_network_config
from phoneward.apk.manifest.resources import Resources
from tests.apk.making import binary_manifest, make_apk, manifest_text
from tests.tools.debian import unpacked
from tests.tools.registry import Package

REAL = {
    "yosemite": lambda: Package("pypi", "airtest", "1.2.4").apk("Yosemite.apk"),
    "apidemos": lambda: Package("npm", "android-apidemos", "3.0.0").apk("ApiDemos-debug.apk"),
}
NOTHING = Resources(lambda: None)


def elements(apk: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the elements of a manifest with their attributes, as aapt prints them."""
    command = ["aapt", "dump", "xmltree", str(apk), "AndroidManifest.xml"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    tag, attributes = "", dict[str, str]()
    for line in printed.splitlines():
        if (found := re.match(r" +E: (\S+)", line)) is not None:
            yield tag, attributes
            tag, attributes = found[1], {}
        elif (
            found := re.match(r' +A: (?:android:)?(\w+)(?:\([^)]*\))?=(?:"(.*?)" \(Raw|\(type \S+\)(\S+))', line)
        ) is not None:
            attributes[found[1]] = found[2] or found[3] or ""
    yield tag, attributes


@pytest.mark.parametrize("name", sorted(REAL))
def test_as_aapt_says(name: str) -> None:
    """Every permission and every part, in order, with who may call it."""
    apk = REAL[name]()
    with open_apk(apk) as opened:
        declared = Declaring(opened).declared
        package = opened.manifest.package
    printed = list(elements(apk))
    asked = [values["name"] for tag, values in printed if tag == "uses-permission"]
    assert [one.name for one in declared.permissions] == list(dict.fromkeys(asked))
    parts = [(tag, values) for tag, values in printed if tag in COMPONENTS]
    assert len(parts) > 5

    def full(short: str) -> str:
        return package + short if short.startswith(".") else short if "." in short else f"{package}.{short}"

    assert [(one.kind, one.name) for one in declared.components] == [
        (tag, full(values.get("targetActivity", values["name"]))) for tag, values in parts
    ]
    exported = {"0x0": False, "0xffffffff": True, None: None}
    for one, (_tag, values) in zip(declared.components, parts, strict=True):
        assert one.is_exported == exported[values.get("exported")]
        assert one.permission == values.get("permission", values.get("readPermission", ""))
        assert one.authorities == tuple(filter(None, values.get("authorities", "").split(";")))


def declared(**facts: str) -> Declared:
    text = manifest_text("org.example.notes", in_application=facts.get("parts", ""), in_manifest=facts.get("own", ""))
    return parse_declared(binary_manifest(text), "app.apk", "org.example.notes", NOTHING)


@pytest.mark.parametrize(
    ("element", "target", "is_open"),
    [
        ('<service android:name=".A"/>', 34, False),
        ('<service android:name=".A" android:exported="true"/>', 34, True),
        ('<service android:name=".A"><intent-filter/></service>', 30, True),
        ('<service android:name=".A" android:exported="false"><intent-filter/></service>', 30, False),
        ('<provider android:name=".A" android:authorities="a"/>', 34, False),
        ('<provider android:name=".A" android:authorities="a"/>', 16, True),
    ],
)
def test_who_may_call_a_part(element: str, target: int, *, is_open: bool) -> None:
    """Where the manifest does not say it, Android's defaults count, which changed over the years."""
    (part,) = declared(parts=element).components
    assert part.is_open(target) is is_open


def test_permissions_up_to_a_version() -> None:
    """`maxSdkVersion` belongs to what is asked for; of two the first counts."""
    own = (
        '<uses-permission android:name="a.B" android:maxSdkVersion="28"/><uses-permission android:name="a.B"/>'
        '<uses-permission-sdk-23 android:name="a.C"/>'
    )
    assert [(one.name, one.max_sdk) for one in declared(own=own).permissions] == [("a.B", 28), ("a.C", None)]


def test_a_manifest_beyond_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that declares more parts than any app would fill the memory."""
    monkeypatch.setattr(declared_module, "MAX_PARTS", 3)
    with pytest.raises(ManifestError, match="more parts"):
        declared(parts='<service android:name=".A"/>' * 3)


CONFIG = """<network-security-config>
  <base-config cleartextTrafficPermitted="{cleartext}"><trust-anchors>
    <certificates src="system"/>{user}</trust-anchors></base-config>
  <domain-config cleartextTrafficPermitted="true"><domain includeSubdomains="true">a.example</domain></domain-config>
  <domain-config><domain>b.example</domain><pin-set><pin digest="SHA-256">AAAA</pin></pin-set>
    <trust-anchors><certificates src="user"/></trust-anchors></domain-config>
  <debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>
</network-security-config>"""


def with_config(place: Path, config: str) -> Path:
    """Return an app with a network security configuration, compiled by aapt."""
    (place / "res" / "xml").mkdir(parents=True)
    (place / "res" / "xml" / "net.xml").write_text(config)
    text = manifest_text("org.example.notes", application_attributes='android:networkSecurityConfig="@xml/net"')
    (place / "AndroidManifest.xml").write_text(text)
    framework = unpacked("android-framework-res", "bookworm") / "usr/share/android-framework-res/framework-res.apk"
    made = place / "made.apk"
    arguments = ["-M", place / "AndroidManifest.xml", "-S", place / "res", "-I", framework, "-F", made]
    subprocess.run(["aapt", "package", *map(str, arguments)], check=True, capture_output=True, timeout=60)
    return made


@pytest.mark.parametrize(("cleartext", "user"), [("true", True), ("false", False)])
def test_a_network_configuration(tmp_path: Path, cleartext: str, *, user: bool) -> None:
    """Found by way of the table of resources; what counts for debugging only is left out."""
    element = '<certificates src="user"/>' if user else ""
    apk = with_config(tmp_path, CONFIG.format(cleartext=cleartext, user=element))
    with open_apk(apk) as opened:
        config = Declaring(opened).network()
    assert config == NetworkConfig(cleartext=user, cleartext_hosts=1, trusts_user=user, trusts_user_hosts=1, pinned=1)


def test_a_damaged_configuration(tmp_path: Path) -> None:
    """It is as though there were none."""
    apk = with_config(tmp_path, "<network-security-config/>")
    broken = tmp_path / "broken.apk"
    with zipfile.ZipFile(apk) as whole, zipfile.ZipFile(broken, "w") as written:
        for name in whole.namelist():
            written.writestr(name, b"\x03\0\x08\0nonsense" if name.startswith("res/xml") else whole.read(name))
    with open_apk(broken) as opened:
        assert Declaring(opened).network() is None


def test_no_configuration() -> None:
    with open_apk(make_apk()) as opened:
        declaring = Declaring(opened)
        assert declaring.network() is None
        assert declaring.accessibility(Component(kind="service", name="a.B")).takes_screenshots is False


MANIFEST = binary_manifest(
    manifest_text("org.example.notes", in_application='<service android:name=".A"><intent-filter/></service>')
)


@given(st.lists(st.tuples(st.integers(0, len(MANIFEST) - 1), st.integers(0, 255)), max_size=6))
def test_damaged_manifests(changes: list[tuple[int, int]]) -> None:
    """An answer, or the one error that everybody expects."""
    data = bytearray(MANIFEST)
    for at, value in changes:
        data[at] = value
    with contextlib.suppress(ManifestError):
        parse_declared(bytes(data), "app.apk", "org.example.notes", NOTHING)
    parse_network_config(bytes(data), NOTHING)
