"""Two published versions of one real app, the later signed by somebody else: as in the first incident, and real."""

from pathlib import Path

import pytest

from phoneward.apk.bundle import open_app
from phoneward.updates import Device, Judgement, Verdict, installed_from, judge
from tests.tools.wheels import from_wheel
from tests.updates.rules.fakes import codes

OLD_SIGNER = "a134cdd12936f134fde37b6112e9ac0b1dcf521c30fe3c371416966be29dd3a9"
NEW_SIGNER = "7aca838927a60989e47856b863e1e772f1d6974534e3241fdc09dae561300860"
"""By Debian's `apksigner verify --print-certs`, as are the versions 3 and 2004001 by `aapt dump badging`."""


@pytest.fixture(scope="module")
def old() -> Path:
    sha256 = "a2affa7ce59b85c667c92478086bd656c92792dde47ba3769b9bda8adfe0a5d8"
    return from_wheel("atx_uiautomator", "0.3.3", "uiautomator/libs/app-uiautomator.apk", sha256)


@pytest.fixture(scope="module")
def new() -> Path:
    sha256 = "6f85594700ad96de89d012b3767049c2c6988510b68b31b439dd2a6dd93a30c9"
    return from_wheel("uiautomator2", "3.1.0", "uiautomator2/assets/app-uiautomator.apk", sha256)


def judged(old: Path, new: Path, sdk: int) -> Judgement:
    phone = Device(sdk=sdk, abis=("arm64-v8a",))
    with open_app([old]) as before, open_app([new]) as after:
        return judge(installed_from(before, phone), after, phone)


@pytest.mark.parametrize("sdk", [24, 29, 34])
def test_the_update_goes_in_only_by_wiping(old: Path, new: Path, sdk: int) -> None:
    """A higher version of the same app, signed with another key; both with developers' keys for trying things out."""
    with open_app([old]) as app:
        assert app.base is not None
        assert app.base.manifest.version_code == 3
        signing = app.base.verify().signing
        assert signing is not None
        assert signing.sha256 == (OLD_SIGNER,)
    said = judged(old, new, sdk)
    assert said.verdict is Verdict.WIPES
    assert said.signers == (NEW_SIGNER,)
    assert codes(said) >= {"signer-differs", "version-newer", "signer-debug-key", "reinstall-deletes"}


@pytest.mark.parametrize("sdk", [24, 34])
def test_the_same_file_again_keeps_the_data(new: Path, sdk: int) -> None:
    """The same signer: nothing is lost."""
    said = judged(new, new, sdk)
    assert (said.verdict, codes(said) >= {"signer-same", "version-equal"}) == (Verdict.KEEPS, True)


def test_an_older_android_refuses_it(old: Path, new: Path) -> None:
    """Android 4.3 is too old for the new version, whoever signed it."""
    assert judged(old, new, 18).verdict is Verdict.REFUSED
