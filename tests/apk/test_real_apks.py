"""Apps that real programs bring along: whose they are, what they say of themselves, which of them update which."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneward.apk import ApkError, open_apk
from phoneward.apk.manifest import Manifest
from phoneward.apk.signing.facts import SdkRange, Verification
from tests.apk.judging import differences
from tests.tools.registry import Package

AIRTEST_OLD = Package("pypi", "airtest", "1.2.4").apk
AIRTEST_NEW = Package("pypi", "airtest", "1.3.6").apk
AIRTEST_NEWER = Package("pypi", "airtest", "1.4.3").apk
SERVER_OLD = Package("npm", "appium-uiautomator2-server", "9.10.0").apk
SERVER_NEW = Package("npm", "appium-uiautomator2-server", "10.6.6").apk


def read(apk: Path, sdk: SdkRange | None = None) -> tuple[Manifest, Verification]:
    """Open and verify."""
    with open_apk(apk) as opened:
        return opened.manifest, opened.verify(sdk)


@pytest.mark.slow
def test_the_pattern_of_the_incident() -> None:
    """The same app, the version up, and somebody else signed it: a real pair."""
    old, by_old = read(AIRTEST_OLD("Yosemite.apk"))
    new, by_new = read(AIRTEST_NEW("Yosemite.apk"))
    assert old.package == new.package == "com.netease.nie.yosemite"
    assert (old.version_code, new.version_code) == (303, 443)
    assert by_old.is_verified
    assert by_new.is_verified
    assert by_old.signing
    assert by_new.signing
    assert by_old.signing.sha256[0].startswith("bc42a3e1d355")
    assert by_new.signing.sha256[0].startswith("c8fa8faf5ad6")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda: AIRTEST_NEW("Yosemite.apk"), lambda: AIRTEST_NEWER("Yosemite.apk")),
        (
            lambda: SERVER_OLD("appium-uiautomator2-server-v9.10.0.apk"),
            lambda: SERVER_NEW("appium-uiautomator2-server-v10.6.6.apk"),
        ),
    ],
)
def test_updates_by_the_same_signer(old: Callable[[], Path], new: Callable[[], Path]) -> None:
    """Real pairs, the version up."""
    before, by_before = read(old())
    after, by_after = read(new())
    assert before.package == after.package
    assert before.version_code < after.version_code
    assert by_before.signing
    assert by_before.signing == by_after.signing


@dataclass(frozen=True)
class Row:
    """One line of the table of real APKs."""

    file: str
    fields: dict[str, str]

    @property
    def package(self) -> Package:
        """Where it is."""
        name, _apk = self.file.split("__")
        found = re.fullmatch(r"(.+?)-(\d[\d.]*)(-py3-none-any)?", name)
        assert found
        on_npm = re.match(r"(android-apidemos|appium|devicefarmer|io\.appium)", name)
        return Package("npm" if on_npm else "pypi", found[1].replace("_", "-"), found[2], wheel=bool(found[3]))

    def apk(self) -> Path:
        """Fetch it."""
        package = self.package
        name = self.file.split("__")[1]
        if self.file.startswith("devicefarmer"):
            package = Package("npm", "@devicefarmer/stf", package.version)
        return package.apk(name)


@pytest.mark.needs_shared
@pytest.mark.slow
def test_the_table_of_real_apks(shared: Path) -> None:
    """Signer, schemes, package, version and Android versions are as the table has them; verdicts as apksigner's."""
    with (shared / "facts" / "real-apks.tsv").open() as file:
        rows = [Row(row["file"], row) for row in csv.DictReader(file, delimiter="\t")]
    wrong = [problem for row in rows for problem in _problems(row)]
    assert not wrong
    assert len(rows) > 60


def _problems(row: Row) -> list[str]:
    """Return what we say otherwise than the table does."""
    apk, told = row.apk(), row.fields
    if told["package"] == "?":  # not an app: a few classes that a tool sends to a phone, without a manifest
        with pytest.raises(ApkError):
            open_apk(apk)
        return []
    manifest, said = read(apk)
    ours = {
        "package": manifest.package,
        "versionCode": str(manifest.version_code),
        "versionName": manifest.version_name,
        "min": f"min{manifest.min_sdk}",
        "target": f"tgt{manifest.target_sdk}",
        "schemes": "v" + "".join(scheme[1:] for scheme in said.schemes if said.is_verified),
        "cert_sha256_12": said.signing.sha256[0][:12] if said.signing else "",
    }
    known = {key: value for key, value in told.items() if key in ours and value.strip("mintg?")}
    found = [f"{row.file}: {key} {ours[key]}, not {value}" for key, value in known.items() if ours[key] != value]
    found += [
        f"{row.file}: {sdk}" for sdk in differences(apk, (None, (18, 18), (23, 23), (24, 24), (28, 28), (33, 33)))
    ]
    return found
