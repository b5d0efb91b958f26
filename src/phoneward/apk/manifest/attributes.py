"""The attributes that are read of a manifest, by resource id (AOSP core/res `public-final.xml`).

The installer looks at a manifest twice. `ParsingPackageUtils` knows an attribute by its id alone, whatever its name is.
`ApkLiteParseUtils`, which asks first, knows it by its name in the android namespace: for what that one reads, the name
counts too where the manifest gives no id.
"""

from typing import Final, NamedTuple


class Attribute(NamedTuple):
    """An attribute in the android namespace.

    Attributes:
        id: of the resource.
        name: empty where Android knows it by its id alone.
    """

    id: int
    name: str = ""


LABEL: Final = Attribute(0x01010001)
NAME: Final = Attribute(0x01010003, "android:name")
PROTECTION_LEVEL: Final = Attribute(0x01010009)
PERMISSION_GROUP: Final = Attribute(0x0101000A)
SHARED_USER_ID: Final = Attribute(0x0101000B)
HAS_CODE: Final = Attribute(0x0101000C)
PERSISTENT: Final = Attribute(0x0101000D)
DEBUGGABLE: Final = Attribute(0x0101000F, "android:debuggable")
TARGET_PACKAGE: Final = Attribute(0x01010021, "android:targetPackage")
VALUE: Final = Attribute(0x01010024)
MIN_SDK: Final = Attribute(0x0101020C, "android:minSdkVersion")
VERSION_CODE: Final = Attribute(0x0101021B, "android:versionCode")
VERSION_NAME: Final = Attribute(0x0101021C)
TARGET_SDK: Final = Attribute(0x01010270, "android:targetSdkVersion")
MAX_SDK: Final = Attribute(0x01010271)
TEST_ONLY: Final = Attribute(0x01010272)
BACKUP_AGENT: Final = Attribute(0x0101027F)
ALLOW_BACKUP: Final = Attribute(0x01010280)
REQUIRED: Final = Attribute(0x0101028E)
MULTI_ARCH: Final = Attribute(0x0101048E, "android:multiArch")
REVISION_CODE: Final = Attribute(0x010104D5, "android:revisionCode")
EXTRACT_NATIVE_LIBS: Final = Attribute(0x010104EA, "android:extractNativeLibs")
USE_32BIT_ABI: Final = Attribute(0x01010515, "android:use32bitAbi")
TARGET_SANDBOX_VERSION: Final = Attribute(0x0101054C)
IS_FEATURE_SPLIT: Final = Attribute(0x0101055B, "android:isFeatureSplit")
PERSISTENT_WHEN_FEATURE: Final = Attribute(0x01010563)
VERSION_CODE_MAJOR: Final = Attribute(0x01010576, "android:versionCodeMajor")
IS_SPLIT_REQUIRED: Final = Attribute(0x01010591, "android:isSplitRequired")
HAS_FRAGILE_USER_DATA: Final = Attribute(0x0101059A)
USE_EMBEDDED_DEX: Final = Attribute(0x0101059E, "android:useEmbeddedDex")
SDK_VERSION: Final = Attribute(0x01010610)
MIN_EXTENSION_VERSION: Final = Attribute(0x01010611)
SHARED_USER_MAX_SDK: Final = Attribute(0x0101064D)
REQUIRED_SPLIT_TYPES: Final = Attribute(0x0101064E, "android:requiredSplitTypes")
SPLIT_TYPES: Final = Attribute(0x0101064F, "android:splitTypes")
