"""What happened to others' data lowers what is promised, exactly where it fits."""

import msgspec
import pytest

from phoneward import texts
from phoneward.updates import Device, Verdict, incidents, judge
from phoneward.updates.incidents import Incident, IncidentsFile, fitting, incidents_file
from tests.updates.rules.fakes import PHONE, one, signed, there

SMARTISAN = Device(sdk=34, abis=PHONE.abis, manufacturer="SMARTISAN", model="OS105")
WECHAT = "com.tencent.mm"


def test_every_incident_has_its_source_and_both_languages() -> None:
    """Whoever reads of an incident can read where it is told."""
    known = incidents_file().incident
    assert len({one.key for one in known}) == len(known) >= 4
    for entry in known:
        assert set(entry.what) == {"en", "zh_CN"}, entry.key
        assert all(len(source) > 20 for source in entry.sources), entry.key
        assert all(maker == maker.lower() for maker in entry.makers)
        assert not entry.lowers or entry.packages, f"{entry.key} would frighten about every app"


def test_the_first_incident_lowers_the_promise_on_such_phones() -> None:
    """WeChat on a Smartisan phone: Android's rules keep the data, and the person is still told to back up first."""
    said = judge(there(package=WECHAT), one(package=WECHAT), SMARTISAN)
    assert said.verdict is Verdict.KEEPS
    assert said.lowered is not None
    assert "2018-05-31" in str(said.lowered)


@pytest.mark.parametrize("phone", [PHONE, Device(sdk=34, abis=PHONE.abis, manufacturer="Google")])
def test_other_phones_are_not_frightened(phone: Device) -> None:
    """A warning that fits nobody in particular helps nobody."""
    assert judge(there(package=WECHAT), one(package=WECHAT), phone).lowered is None
    assert judge(there(), one(), SMARTISAN).lowered is None


def test_only_what_keeps_can_be_lowered() -> None:
    """Where the update is refused, wipes, or meets no app, an incident adds nothing."""
    assert judge(there(package=WECHAT), one(signed("X"), package=WECHAT), SMARTISAN).lowered is None
    assert judge(None, one(package=WECHAT), SMARTISAN).lowered is None


@pytest.mark.parametrize(
    ("version", "fits"), [(394507899, False), (394507900, True), (394509299, True), (394509300, False), (None, False)]
)
def test_versions_bound_an_incident(version: int | None, fits: bool) -> None:
    """An incident of one version says nothing of the next."""
    assert ("chrome-79-webview-2019" in {one.key for one in fitting("com.android.chrome", version, PHONE)}) is fits


def test_models_and_builds_bound_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known of a phone fits no incident that asks for it."""
    entry = Incident(
        key="k", what={"en": "x"}, when="2020", sources=("s",), confirmed=True, lowers=True, seen="2026-11-29",
        models=("SM-G99*",), builds=("samsung/*:13/*",),
    )  # fmt: skip
    monkeypatch.setattr(incidents, "incidents_file", lambda: IncidentsFile((entry,)))
    fingerprint = "samsung/o1sxx/o1s:13/TP1A/G991BXX:user/release-keys"
    assert fitting("any.app", 1, Device(sdk=33, model="sm-g991B", fingerprint=fingerprint))
    assert not fitting("any.app", 1, Device(sdk=33, model="SM-A515F", fingerprint=fingerprint))
    assert not fitting("any.app", 1, Device(sdk=33, model="SM-G991B", fingerprint="samsung/o1sxx/o1s:12/x"))
    assert not fitting("any.app", 1, Device(sdk=33, model="SM-G991B"))


def test_an_incident_is_told_in_the_readers_language() -> None:
    """What happened is read in one's own language, or in English."""
    entry = incidents_file().incident[0]
    try:
        texts.activate(["zh_CN"])
        assert entry.told() == entry.what["zh_CN"]
        texts.activate(["en"])
        assert entry.told() == entry.what["en"]
    finally:
        texts.activate(["en"])


def test_a_broken_entry_is_not_loaded() -> None:
    """A typing mistake in the file stops the program's tests, not a person."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode('[[incident]]\nkey = "x"\n', type=IncidentsFile)
