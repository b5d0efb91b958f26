"""What an app says of itself is read as a phone reads it."""

import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from phoneward.apk.errors import ManifestError
from phoneward.apk.manifest import DeclaredPermission, Manifest, parse_manifest
from tests.apk.making import binary_manifest, key, make_apk, manifest_text
from tests.apk.manifest.axml import BOOLEAN, REFERENCE, Attribute, Node, document

VERSION_CODE, VERSION_NAME, DEBUGGABLE, MIN_SDK, TARGET_SDK = 0x0101021B, 0x0101021C, 0x0101000F, 0x0101020C, 0x01010270
PACKAGE = Attribute("package", "org.example.notes", space=None)


def read(text: str) -> Manifest:
    return parse_manifest(binary_manifest(text), "app.apk")


def says(**facts: Any) -> Manifest:
    return read(manifest_text("org.example.notes", **facts))


def manifest_node(*attributes: Attribute, children: tuple[Node, ...] = (), package: Attribute = PACKAGE) -> Node:
    return Node("manifest", (package, *attributes), children)


def read_node(node: Node, **options: Any) -> Manifest:
    return parse_manifest(document(node, **options), "app.apk")


def refused(node: Node) -> str:
    with pytest.raises(ManifestError) as caught:
        read_node(node)
    return caught.value.sentence()


class TestAgainstAapt:
    """The judge is Android's own tool, which shares no code with us."""

    @pytest.mark.parametrize(
        "facts",
        [
            {},
            {"version_code": 7, "version_name": "7.0-β 测试", "min_sdk": 5, "target_sdk": 29},
            {"version_name": "", "min_sdk": None, "target_sdk": None},
            {"debuggable": True, "test_only": True, "version_code": 2147483647},
            {"min_sdk": None, "target_sdk": 28},
            {"in_manifest": "".join(f'<uses-permission android:name="a.b.P{n}"/>' for n in range(30))},
        ],
    )
    def test_badging_says_the_same(self, facts: dict[str, Any]) -> None:
        apk = make_apk(keys=(), **facts)
        manifest = parse_manifest(_manifest_of(apk), "app.apk")
        badging = subprocess.run(["aapt", "dump", "badging", apk], capture_output=True, text=True, check=True).stdout
        lines = badging.splitlines()
        assert f"package: name='{manifest.package}' versionCode='{manifest.version_code or ''}'" in lines[0]
        assert f"versionName='{manifest.version_name}'" in lines[0]
        assert _numbers("sdkVersion", badging) == ([manifest.min_sdk] if facts.get("min_sdk", 21) else [])
        assert _numbers("targetSdkVersion", badging) == ([manifest.target_sdk] if facts.get("target_sdk", 30) else [])
        asked = re.findall(r"^uses-permission: name='([^']*)'", badging, re.MULTILINE)
        assert [name for name in asked if name.startswith("a.b")] == list(manifest.requested)
        assert ("application-debuggable" in lines) == manifest.is_debuggable
        assert ("testOnly='-1'" in lines) == manifest.is_test_only

    def test_the_apps_name_is_the_same(self) -> None:
        apk = make_apk(keys=(), application_attributes='android:label="A &amp; B 记事本"')
        dump = ["aapt", "dump", "xmltree", str(apk), "AndroidManifest.xml"]
        tree = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
        label = re.search(r'A: android:label\(0x01010001\)="(.*)" \(Raw', tree)
        assert label is not None
        assert parse_manifest(_manifest_of(apk), "app.apk").label == label[1] == "A & B 记事本"

    def test_both_kinds_of_texts_are_read(self) -> None:
        """aapt writes UTF-16 by default and UTF-8 on request; a text of another script is the same in both."""
        for utf8 in (False, True):
            node = manifest_node(Attribute("versionName", "1.0 “测试” 😀 " + "長" * 40_000, VERSION_NAME))
            assert read_node(node, utf8=utf8).version_name == "1.0 “测试” 😀 " + "長" * 40_000


def _manifest_of(apk: Path) -> bytes:
    with zipfile.ZipFile(apk) as opened:
        return opened.read("AndroidManifest.xml")


def _numbers(name: str, badging: str) -> list[int]:
    return [int(found) for found in re.findall(rf"^{name}:'(\d+)'", badging, re.MULTILINE)]


class TestFacts:
    def test_a_version_of_64_bits(self) -> None:
        assert says(version_code=(5 << 32) + 2_000_000_000).version_code == (5 << 32) + 2_000_000_000
        halves = (Attribute("versionCode", 4_000_000_000, VERSION_CODE), Attribute("versionCodeMajor", 5, 0x01010576))
        assert read_node(manifest_node(*halves)).version_code == (5 << 32) + 4_000_000_000
        below = Attribute("versionCodeMajor", -1, 0x01010576)
        assert read_node(manifest_node(below)).version_code == -(1 << 32), "Java's long has a sign"

    def test_without_versions_and_android_versions(self) -> None:
        """AOSP: the version is 0, the minimum 1, the target 0."""
        manifest = read_node(manifest_node())
        assert (manifest.version_code, manifest.min_sdk, manifest.target_sdk, manifest.max_sdk) == (0, 1, 0, None)
        assert manifest.version_name == ""

    @pytest.mark.parametrize(
        ("least", "target", "expected"),
        [
            (21, 30, (21, "", 30, "")),
            (21, None, (21, "", 21, "")),
            (None, 30, (1, "", 30, "")),
            (None, None, (1, "", 1, "")),
            ("Tiramisu", 30, (None, "Tiramisu", 30, "")),
            (21, "Tiramisu", (21, "", None, "Tiramisu")),
            (None, "Tiramisu", (None, "Tiramisu", None, "Tiramisu")),
            ("Tiramisu", None, (None, "Tiramisu", None, "Tiramisu")),
            ("24", None, (None, "24", None, "24")),
        ],
    )
    def test_a_preview_of_android_is_named(self, least: object, target: object, expected: object) -> None:
        """`ParsingPackageUtils.parseUsesSdk`: the target's name is the minimum's where that is not said."""
        given = (("minSdkVersion", least, MIN_SDK), ("targetSdkVersion", target, TARGET_SDK))
        attributes = [Attribute(name, value, number) for name, value, number in given if isinstance(value, int | str)]
        manifest = read_node(manifest_node(children=(Node("uses-sdk", attributes),)))
        assert (manifest.min_sdk, manifest.min_codename, manifest.target_sdk, manifest.target_codename) == expected

    def test_flags_of_the_app(self) -> None:
        manifest = says(
            application_attributes=' android:persistent="true" android:hasCode="false" android:allowBackup="false" '
            'android:backupAgent=".Agent" android:extractNativeLibs="false" android:multiArch="true" '
            'android:useEmbeddedDex="true" android:hasFragileUserData="true"'
        )
        assert manifest.is_persistent
        assert not manifest.has_code
        assert manifest.allow_backup is False
        assert manifest.backup_agent == "org.example.notes.Agent"
        assert manifest.extract_native_libs is False
        assert manifest.multi_arch
        assert manifest.use_embedded_dex
        assert manifest.has_fragile_user_data
        plain = says()
        assert (plain.is_persistent, plain.has_code, plain.allow_backup, plain.extract_native_libs) == (
            False,
            True,
            None,
            None,
        )

    def test_persistent_only_on_phones_with_a_feature(self) -> None:
        persistent = Attribute("persistent", 1, 0x0101000D, BOOLEAN)
        feature = Attribute("persistentWhenFeatureAvailable", "a.b.FEATURE", 0x01010563)
        for attributes, expected in (((persistent,), True), ((persistent, feature), False)):
            assert read_node(manifest_node(children=(Node("application", attributes),))).is_persistent is expected

    def test_a_split(self) -> None:
        manifest = says(
            split="config.arm64_v8a",
            manifest_attributes='configForSplit="camera" android:isFeatureSplit="true" android:revisionCode="3"',
            in_manifest='<uses-split android:name="first"/><uses-split android:name="second"/>',
        )
        assert (manifest.split, manifest.config_for, manifest.is_feature) == ("config.arm64_v8a", "camera", True)
        assert manifest.uses_split == ("first",)
        assert manifest.revision_code == 3

    def test_a_base_that_needs_splits(self) -> None:
        assert says(manifest_attributes='android:isSplitRequired="true"').is_split_required
        data = '<meta-data android:name="com.android.vending.splits.required" android:value="true"/>'
        assert says(in_application=data).looks_for_splits
        assert not says(in_application=data).is_split_required
        assert not says(in_application=data.replace('"true"', '"false"')).looks_for_splits
        assert not says(in_application=f"<activity android:name='.A'>{data}</activity>").looks_for_splits
        types = (
            Attribute("requiredSplitTypes", " base__abi, base__density ", 0x0101064E),
            Attribute("splitTypes", "x", 0x0101064F),
        )
        manifest = read_node(manifest_node(*types))
        assert manifest.required_split_types == {"base__abi", "base__density"}
        assert manifest.split_types == {"x"}
        assert "parts" in refused(manifest_node(Attribute("splitTypes", "a,,b", 0x0101064F)))

    def test_shared_users(self) -> None:
        manifest = says(shared_user_id="org.example.shared")
        assert (manifest.shared_user_id, manifest.shared_user_max_sdk) == ("org.example.shared", 0)
        leaving = (Attribute("sharedUserId", "a.b", 0x0101000B), Attribute("sharedUserMaxSdkVersion", 32, 0x0101064D))
        assert read_node(manifest_node(*leaving)).shared_user_max_sdk == 32
        assert "group of apps" in refused(manifest_node(Attribute("sharedUserId", "ab", 0x0101000B)))

    def test_permissions_that_it_defines_and_asks_for(self) -> None:
        manifest = says(
            in_manifest="<permission-group android:name='org.example.GROUP'/>"
            "<permission android:name='.READ' android:protectionLevel='signature|privileged' "
            "android:permissionGroup='org.example.GROUP'/>"
            "<permission-tree android:name='org.example.tree' android:label='x'/>"
            "<uses-permission android:name='a.b.C'/><uses-permission android:name='a.b.C' android:maxSdkVersion='22'/>"
            "<uses-permission-sdk-23 android:name='a.b.D'/>",
        )
        assert manifest.permissions == (
            DeclaredPermission("org.example.GROUP", is_group=True),
            DeclaredPermission("org.example.notes.READ", protection_level=0x12, group="org.example.GROUP"),
            DeclaredPermission("org.example.tree", is_tree=True),
        )
        assert manifest.requested == ("a.b.C", "a.b.D")

    def test_libraries_that_must_be_there(self) -> None:
        manifest = says(
            in_application="<uses-library android:name='a'/><uses-library android:name='b' android:required='false'/>"
            "<uses-static-library android:name='c' android:version='1' android:certDigest='00'/>"
            "<static-library android:name='d' android:version='1'/>"
        )
        assert manifest.uses_libraries == ("a", "c")
        assert manifest.static_library == "d"

    def test_that_it_stores_nothing(self) -> None:
        name = Attribute("name", "android.internal.PROPERTY_NO_APP_DATA_STORAGE", 0x01010003)
        for value in (1, 0):
            stored = Node("property", (name, Attribute("value", value, 0x01010024, BOOLEAN)))
            manifest = read_node(manifest_node(children=(Node("application", (), (stored,)),)))
            assert manifest.no_app_data_storage is bool(value)
        assert says().no_app_data_storage is None

    def test_an_overlay_and_extensions(self) -> None:
        extension = Node("extension-sdk", (Attribute("a", 30, 0x01010610), Attribute("b", 4, 0x01010611)))
        target = Node("overlay", (Attribute("targetPackage", "com.example.other", 0x01010021),))
        manifest = read_node(manifest_node(children=(Node("uses-sdk", (), (extension,)), target)))
        assert manifest.min_extensions == ((30, 4),)
        assert manifest.overlay_target == "com.example.other"

    def test_only_the_first_application_counts(self) -> None:
        first, second = (Node("application", (Attribute("debuggable", n, DEBUGGABLE, BOOLEAN),)) for n in (0, 1))
        assert not read_node(manifest_node(children=(first, second))).is_debuggable

    def test_what_lies_elsewhere_is_not_the_apps(self) -> None:
        inner = Node("application", (Attribute("debuggable", 1, DEBUGGABLE, BOOLEAN),))
        assert not read_node(manifest_node(children=(Node("queries", (), (inner,)),))).is_debuggable


class TestKeySets:
    def test_keys_that_decide_about_updates(self) -> None:
        first, second = _public_key("first"), _public_key("second")
        manifest = says(in_manifest=_key_sets(first, second) + "")
        assert dict(manifest.key_sets) == {"old": (first,), "both": tuple(sorted((first, second)))}
        assert manifest.upgrade_key_sets == ("both",)

    def test_a_key_that_is_called_as_a_set(self) -> None:
        text = _key_sets(_public_key("first"), _public_key("second"))
        with pytest.raises(ManifestError, match="keys of its updates"):
            says(in_manifest=text.replace('"old"', '"A"'))

    def test_a_set_that_is_not_defined(self) -> None:
        text = _key_sets(_public_key("first"), b"no key").replace('name="old"', 'name="x"')
        with pytest.raises(ManifestError, match="keys of its updates"):
            says(in_manifest=text)


def _public_key(name: str) -> bytes:
    private = load_der_private_key(key(name).pkcs8.read_bytes(), None)
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key_sets(first: bytes, second: bytes) -> str:
    import base64

    encoded = [base64.b64encode(one).decode() for one in (first, second)]
    return (
        f'<key-sets><key-set android:name="old"><public-key android:name="A" android:value="{encoded[0]}"/></key-set>'
        f'<key-set android:name="both"><public-key android:name="A"/>'
        f'<public-key android:name="B" android:value="{encoded[1]}"/></key-set>'
        '<upgrade-key-set android:name="both"/></key-sets>'
    )


class TestWhichAttribute:
    def test_the_resource_decides_and_not_the_name(self) -> None:
        """Apps that hide their names are installed: Android knows an attribute by its number."""
        manifest = read_node(manifest_node(Attribute("", 5, VERSION_CODE), Attribute("x", "2.0", VERSION_NAME)))
        assert (manifest.version_code, manifest.version_name) == (5, "2.0")
        misleading = Attribute("versionCode", 9, 0x01019999)
        assert read_node(manifest_node(Attribute("z", 5, VERSION_CODE), misleading)).version_code == 5

    def test_the_name_counts_only_where_android_asks_for_it(self) -> None:
        by_name = (Attribute("versionCode", 5), Attribute("versionName", "2.0"))
        manifest = read_node(manifest_node(*by_name))
        assert (manifest.version_code, manifest.version_name) == (5, "")
        assert read_node(manifest_node(Attribute("versionCode", 5, space="http://other"))).version_code == 0
        assert read_node(manifest_node(Attribute("versionCode", 5, space=None))).version_code == 0
        assert read_node(manifest_node(Attribute("", "2.0", space=None))).version_name == ""

    def test_of_two_the_first(self) -> None:
        twice = (Attribute("versionCode", 5, VERSION_CODE), Attribute("versionCode", 6, VERSION_CODE))
        assert read_node(manifest_node(*twice)).version_code == 5

    def test_the_apps_name_counts_whatever_number_it_has(self) -> None:
        """`package` has no number in Android; one that is given all the same hides it from nobody."""
        hidden = Attribute("package", "org.example.hidden", 0x7F010000, space=None)
        assert read_node(Node("manifest", (hidden, PACKAGE))).package == "org.example.hidden"

    def test_behind_a_higher_number_android_does_not_see_it(self) -> None:
        """`RetrieveAttributes` goes through numbers upwards, once; what is asked for by name is found all the same."""
        behind = (
            Attribute("versionCodeMajor", 1, 0x01010576),
            Attribute("versionCode", 5, VERSION_CODE),
            Attribute("sharedUserId", "org.example.shared", 0x0101000B),
        )
        manifest = read_node(manifest_node(*behind))
        assert (manifest.version_code, manifest.shared_user_id) == (1 << 32 | 5, "")

    def test_the_name_of_the_app_is_as_it_was_written(self) -> None:
        package = Attribute("package", "org.example.other", space=None, raw="org.example.notes")
        assert read_node(manifest_node(package=package)).package == "org.example.notes"

    def test_a_value_that_is_a_resource_is_told(self) -> None:
        manifest = read_node(
            manifest_node(
                Attribute("versionName", 0x7F010001, VERSION_NAME, REFERENCE),
                children=(Node("application", (Attribute("debuggable", 0x7F010002, DEBUGGABLE, REFERENCE),)),),
            )
        )
        assert manifest.unresolved == {"version_name", "is_debuggable"}
        assert (manifest.version_name, manifest.is_debuggable) == ("", False)

    def test_a_truth_may_be_a_text(self) -> None:
        for text, expected in (("true", True), ("1", True), ("TRUE", True), ("True", False), ("false", False)):
            flag = Attribute("debuggable", text, DEBUGGABLE)
            manifest = read_node(manifest_node(children=(Node("application", (flag,)),)))
            assert manifest.is_debuggable is expected


class TestRefused:
    @pytest.mark.parametrize(
        "name", ["", "notes", "org.1example", "org.exa mple", "org.example/..", "a." + "b" * 222, "org.ex\u0430mple"]
    )
    def test_a_name_that_no_app_may_have(self, name: str) -> None:
        assert "not a name of an app" in refused(manifest_node(package=Attribute("package", name, space=None)))

    @pytest.mark.parametrize("name", ["android", "a.b", "a..b", ".a", "a.", "A.B_9", "a." + "b" * 221])
    def test_a_name_that_android_takes(self, name: str) -> None:
        assert read_node(manifest_node(package=Attribute("package", name, space=None))).package == name

    def test_a_name_of_a_part(self) -> None:
        assert "part of an app" in refused(manifest_node(Attribute("split", "a-b", space=None)))

    def test_a_version_that_is_a_text(self) -> None:
        assert "no number" in refused(manifest_node(Attribute("versionCode", "5", VERSION_CODE)))

    def test_another_document(self) -> None:
        assert "does not say what it is" in refused(Node("resources"))
        with pytest.raises(ManifestError):
            parse_manifest(b"<?xml version='1.0'?><manifest package='a.b'/>", "app.apk")

    def test_control_characters_do_not_reach_a_terminal(self) -> None:
        manifest = read_node(manifest_node(Attribute("versionName", "1\x1b[2J\u202e", VERSION_NAME)))
        assert manifest.version_name == "1\\x1b[2J\\u202e"
