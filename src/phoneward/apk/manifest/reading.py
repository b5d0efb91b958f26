"""From AndroidManifest.xml to what of it decides: what `ApkLiteParseUtils` and `ParsingPackageUtils` of AOSP read."""

from dataclasses import dataclass, field
from typing import Any, Final

from phoneward.apk.errors import ManifestError
from phoneward.apk.manifest import attributes as attr
from phoneward.apk.manifest.attributes import Attribute
from phoneward.apk.manifest.facts import MIN_SDK_DEFAULT, DeclaredPermission, Manifest
from phoneward.apk.manifest.keysets import KeySetReader
from phoneward.apk.manifest.names import class_name, is_name, is_package
from phoneward.apk.manifest.resources import Resources
from phoneward.apk.manifest.strings import PoolError, StringPool
from phoneward.apk.manifest.tree import Element, Tree, TreeError
from phoneward.apk.manifest.values import Type, Value
from phoneward.errors import readable
from phoneward.texts import Words, words

SPLITS_REQUIRED: Final = "com.android.vending.splits.required"
"""Meta-data by which app bundles say that a base does not work alone (read by Google's stores and libraries)."""
NO_APP_DATA_STORAGE: Final = "android.internal.PROPERTY_NO_APP_DATA_STORAGE"

_PERMISSIONS: Final = frozenset({"permission", "permission-group", "permission-tree"})
_REQUESTS: Final = frozenset({"uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m"})
_LIBRARIES: Final = frozenset({"uses-library", "uses-native-library", "uses-static-library", "uses-sdk-library"})
_MAYBE_LIBRARIES: Final = frozenset({"uses-library", "uses-native-library"})
WANTED: Final = {
    "": frozenset({"manifest"}),
    "manifest": _PERMISSIONS | _REQUESTS | {"application", "uses-sdk", "uses-split", "overlay", "key-sets"},
    "application": _LIBRARIES | {"meta-data", "property", "static-library", "sdk-library"},
    "uses-sdk": frozenset({"extension-sdk"}),
    "key-sets": frozenset({"key-set", "upgrade-key-set"}),
    "key-set": frozenset({"public-key"}),
}
"""Children that are read, by their parent."""


def parse_manifest(data: bytes, file: str, resources: Resources | None = None) -> Manifest:
    """Read a compiled AndroidManifest.xml.

    Args:
        data: all of it.
        file: what to call the app's file before a person.
        resources: what values are taken from that name a resource; else those are `unresolved`.

    Raises:
        ManifestError: Android would refuse it, or it would take more memory than any app's.
    """
    try:
        tree = Tree(data)
        reader = _Reader(file, tree.pool, resources)
        for element in tree.walk(WANTED):
            reader.take(element)
    except TreeError as error:
        raise ManifestError(file=file, problem=words("what it says of itself is damaged")) from error
    except PoolError as error:
        raise ManifestError(file=file, problem=words("what it says of itself is far too long")) from error
    return reader.finish()


@dataclass(slots=True)
class _Reader:
    """Collects what one manifest says, element by element, in the order of the file."""

    file: str
    pool: StringPool
    resources: Resources | None
    facts: dict[str, Any] = field(default_factory=dict)
    unresolved: set[str] = field(default_factory=set)
    requested: dict[str, None] = field(default_factory=dict)
    permissions: list[DeclaredPermission] = field(default_factory=list)
    libraries: dict[str, None] = field(default_factory=dict)
    extensions: dict[int, int] = field(default_factory=dict)
    key_sets: KeySetReader | None = None
    has_application: bool = False
    is_counted: bool = False

    def take(self, element: Element) -> None:
        """Read one element; what stands below a second `<application>` is Android's first's no more."""
        tag = element.tag
        if tag == "application":
            self.is_counted = not self.has_application
            self.has_application = True
        if element.parent == "application" or tag == "application":
            if self.is_counted:
                self._in_application(element)
        elif tag in _REQUESTS:
            name = self._text(element, attr.NAME)
            if name is not None:
                self.requested.setdefault(name)
        elif tag in _PERMISSIONS:
            self._permission(element)
        elif element.parent in {"key-sets", "key-set"}:
            self.key_sets = self.key_sets or KeySetReader(self.file)
            name = self._text(element, attr.NAME) or ""
            self.key_sets.take(tag, name, self._text(element, attr.VALUE))
        else:
            self._outside(element)

    def _outside(self, element: Element) -> None:
        match element.tag:
            case "manifest":
                self._manifest(element)
            case "uses-sdk":
                self._uses_sdk(element)
            case "extension-sdk":
                self._extension(element)
            case "uses-split":
                self._uses_split(element)
            case "overlay":
                self.facts["overlay_target"] = self._text(element, attr.TARGET_PACKAGE) or ""

    def finish(self) -> Manifest:
        """Return what was collected."""
        if "package" not in self.facts:
            raise self._error(words("it does not say what it is"))
        if self.key_sets:
            self.facts["key_sets"], self.facts["upgrade_key_sets"] = self.key_sets.finish()
        return Manifest(
            **self.facts,
            requested=tuple(self.requested),
            permissions=tuple(self.permissions),
            uses_libraries=tuple(self.libraries),
            min_extensions=tuple(self.extensions.items()),
            unresolved=frozenset(self.unresolved),
        )

    def _manifest(self, element: Element) -> None:
        facts = self.facts
        package = self._plain(element, "package")
        if not is_package(package):
            raise self._error(words("{name} is not a name of an app", name=readable(package[:200])))
        split = self._plain(element, "split")
        if split and not is_name(split):
            raise self._error(words("{name} is not a name of a part of an app", name=readable(split[:200])))
        facts.update(package=package, split=split, config_for=self._plain(element, "configForSplit"))
        major = self._number(element, attr.VERSION_CODE_MAJOR, 0)
        facts["version_code"] = major << 32 | self._number(element, attr.VERSION_CODE, 0) & 0xFFFFFFFF
        facts["version_name"] = readable(self._text(element, attr.VERSION_NAME, "version_name") or "")
        facts["revision_code"] = self._number(element, attr.REVISION_CODE, 0)
        facts["is_feature"] = self._truth(element, attr.IS_FEATURE_SPLIT, "is_feature", default=False)
        if self._truth(element, attr.IS_SPLIT_REQUIRED, "is_split_required", default=False):
            facts["is_split_required"] = True
        facts["required_split_types"] = self._types(element, attr.REQUIRED_SPLIT_TYPES)
        facts["split_types"] = self._types(element, attr.SPLIT_TYPES)
        facts["target_sandbox_version"] = self._number(element, attr.TARGET_SANDBOX_VERSION, 1)
        shared = self._text(element, attr.SHARED_USER_ID, "shared_user_id") or ""
        if shared and package != "android" and not is_package(shared):
            raise self._error(words("{name} is not a name of a group of apps", name=readable(shared[:200])))
        facts["shared_user_id"] = shared
        facts["shared_user_max_sdk"] = self._number(element, attr.SHARED_USER_MAX_SDK, 0) if shared else 0
        facts["target_sdk"] = 0  # `ParsingUtils.DEFAULT_TARGET_SDK_VERSION`, where there is no <uses-sdk>

    def _uses_sdk(self, element: Element) -> None:
        """As `parseUsesSdk`: a text is a codename, even of digits; without a minimum the target's codename is it."""
        least, least_name = self._sdk(element, attr.MIN_SDK, "min_sdk")
        target, target_name = self._sdk(element, attr.TARGET_SDK, "target_sdk")
        has_least = least is not None or bool(least_name)
        if target is None and not target_name and "target_sdk" not in self.unresolved:
            target, target_name = (least if has_least else MIN_SDK_DEFAULT), least_name
        elif not has_least and target_name:
            least_name = target_name
        if least is None and not least_name:
            least = MIN_SDK_DEFAULT
        self.facts.update(min_sdk=least, min_codename=least_name, target_sdk=target, target_codename=target_name)
        value = self._value(element, attr.MAX_SDK)
        self.facts["max_sdk"] = value.number if value else None

    def _sdk(self, element: Element, attribute: Attribute, name: str) -> tuple[int | None, str]:
        value = self._value(element, attribute)
        if value is None:
            return None, ""
        if value.kind == Type.STRING:
            return None, readable(value.text(self.pool) or "")
        if value.is_reference:
            self.unresolved.add(name)
        return value.number, ""

    def _extension(self, element: Element) -> None:
        sdk, least = (self._number(element, key, -1) for key in (attr.SDK_VERSION, attr.MIN_EXTENSION_VERSION))
        if sdk < 0 or least < 0:
            raise self._error(words("what it says of itself is damaged"))
        self.extensions[sdk] = least

    def _uses_split(self, element: Element) -> None:
        name = self._text(element, attr.NAME)
        if name is None:
            raise self._error(words("what it says of itself is damaged"))
        self.facts.setdefault("uses_split", (name,))

    def _permission(self, element: Element) -> None:
        name = self._text(element, attr.NAME)
        if not name or "package" not in self.facts:
            return
        level = self._value(element, attr.PROTECTION_LEVEL)
        is_group = element.tag == "permission-group"
        self.permissions.append(
            DeclaredPermission(
                name=class_name(self.facts["package"], name),
                protection_level=level.number or 0 if level else 0,
                is_group=is_group,
                group="" if is_group else self._text(element, attr.PERMISSION_GROUP) or "",
                is_tree=element.tag == "permission-tree",
            )
        )

    def _in_application(self, element: Element) -> None:
        tag = element.tag
        if tag == "application":
            self._application(element)
        elif tag in _LIBRARIES:
            name = self._text(element, attr.NAME)
            is_required = tag not in _MAYBE_LIBRARIES or self._truth(element, attr.REQUIRED, "", default=True)
            if name and is_required:
                self.libraries.setdefault(name)
        elif tag in {"static-library", "sdk-library"}:
            self.facts[tag.replace("-", "_")] = self._text(element, attr.NAME) or ""
        else:
            self._property(element)

    def _application(self, element: Element) -> None:
        facts = self.facts
        for name, attribute, default in _FLAGS:
            facts[name] = self._truth(element, attribute, name, default=default)
        for name, attribute in (
            ("extract_native_libs", attr.EXTRACT_NATIVE_LIBS),
            ("allow_backup", attr.ALLOW_BACKUP),
        ):
            facts[name] = self._maybe(element, attribute, name)
        if facts["is_persistent"] and self._text(element, attr.PERSISTENT_WHEN_FEATURE):
            facts["is_persistent"] = False  # on phones without that feature it is not
        agent = self._text(element, attr.BACKUP_AGENT, "backup_agent")
        facts["backup_agent"] = class_name(facts.get("package", ""), agent) if agent else ""
        facts["label"] = readable(self._text(element, attr.LABEL, "label") or "")

    def _property(self, element: Element) -> None:
        """`<meta-data>` and `<property>`: only a value that is stored as a truth counts (`Property.getBoolean`)."""
        name, value = self._text(element, attr.NAME), self._value(element, attr.VALUE)
        is_true = value is not None and value.kind == Type.BOOLEAN and value.data != 0
        if element.tag == "meta-data" and name == SPLITS_REQUIRED and is_true:
            self.facts["looks_for_splits"] = True
        elif element.tag == "property" and name == NO_APP_DATA_STORAGE:
            self.facts["no_app_data_storage"] = is_true

    def _value(self, element: Element, attribute: Attribute) -> Value | None:
        value = element.attributes.get(attribute.id)
        if value is None and attribute.name:
            return element.attributes.get(attribute.name)
        return value

    def _plain(self, element: Element, name: str) -> str:
        """Return an attribute without a namespace; empty where it is not there."""
        value = element.attributes.get(name)
        return (value.raw_text(self.pool) if value else None) or ""

    def _text(self, element: Element, attribute: Attribute, name: str = "") -> str | None:
        value, pool = self._resolved(self._value(element, attribute), name)
        return value.text(pool) if value else None

    def _number(self, element: Element, attribute: Attribute, default: int) -> int:
        """As `TypedArray.getInteger`, which refuses a text."""
        value = self._value(element, attribute)
        if value is None:
            return default
        if value.is_reference:
            self.unresolved.add(attribute.name or f"{attribute.id:#010x}")
            return default
        number = value.number
        if number is None:
            raise self._error(words("what it says of its version is no number"))
        return number

    def _truth(self, element: Element, attribute: Attribute, name: str, *, default: bool) -> bool:
        truth = self._maybe(element, attribute, name)
        return default if truth is None else truth

    def _maybe(self, element: Element, attribute: Attribute, name: str) -> bool | None:
        value, pool = self._resolved(self._value(element, attribute), name)
        return value.truth(pool) if value else None

    def _resolved(self, value: Value | None, name: str) -> tuple[Value | None, StringPool]:
        """Follow a value that names a resource, where `name` says that this matters."""
        if value is None or not value.is_reference or not name:
            return value, self.pool
        found = self.resources.find(value.data) if self.resources else None
        if found is None:
            self.unresolved.add(name)
            return None, self.pool
        return found

    def _types(self, element: Element, attribute: Attribute) -> frozenset[str]:
        """As `ApkLiteParseUtils.separateAndValidateSplitTypes`."""
        value = self._value(element, attribute)
        stored = (value.raw_text(self.pool) if value else None) or ""
        types = frozenset(part.strip() for part in stored.strip().split(",")) if stored else frozenset[str]()
        if not all(is_name(name, as_file=True) for name in types):
            raise self._error(words("what it says of its parts makes no sense"))
        return types

    def _error(self, problem: Words) -> ManifestError:
        return ManifestError(file=self.file, problem=problem)


_FLAGS: Final = (
    ("is_test_only", attr.TEST_ONLY, False),
    ("is_debuggable", attr.DEBUGGABLE, False),
    ("is_persistent", attr.PERSISTENT, False),
    ("has_code", attr.HAS_CODE, True),
    ("has_fragile_user_data", attr.HAS_FRAGILE_USER_DATA, False),
    ("use_embedded_dex", attr.USE_EMBEDDED_DEX, False),
    ("multi_arch", attr.MULTI_ARCH, False),
    ("uses_32bit_abi", attr.USE_32BIT_ABI, False),
)
"""Of `<application>`, with what counts where it is not said."""
