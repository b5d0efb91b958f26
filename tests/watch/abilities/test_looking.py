"""What a person reads of an app: what it could do, whose code does it, and what is not said."""

import pytest

from phoneward.findings import Tier
from phoneward.watch.abilities import AppAbilities, Whose
from tests.watch.abilities.apps import (
    ACTIVITY,
    FILES,
    OBSERVE,
    PACKAGE,
    PICTURES,
    SETTINGS,
    Ref,
    call,
    code,
    get,
    load,
    look,
    permissions,
)


def codes(found: AppAbilities) -> set[str]:
    return {one.code for one in found.abilities}


def test_an_app_that_does_nothing() -> None:
    """Nothing is said of it, and nothing is hidden."""
    found = look()
    assert (found.package, found.target_sdk, found.classes, found.dex_files) == (PACKAGE, 34, 1, 1)
    assert (found.abilities, found.unseen, found.services, found.trackers) == ((), (), (), None)
    assert not found.is_hidden


def test_an_app_that_watches_pictures() -> None:
    """The incident's way: told of every new picture; the class, the method and what it watches are named."""
    watcher = code(f"{PACKAGE}.shots.Watcher", get(PICTURES), call(OBSERVE, count=4))
    found = look(watcher, code(f"{PACKAGE}.Other", call(OBSERVE, count=4), get(SETTINGS)))
    ability = found.ability("watches-pictures")
    assert ability is not None
    assert ability.tier is Tier.OBSERVED
    assert [(one.kind, one.class_name, one.method) for one in ability.seen] == [
        ("call", f"{PACKAGE}.shots.Watcher", "look"),
        ("field", f"{PACKAGE}.shots.Watcher", "look"),
    ]
    assert [one.whose for one in ability.owners] == [Whose.APP]
    other = found.ability("watches-content")
    assert other is not None
    assert (other.tier, other.is_ordinary) == (Tier.INFERRED, True)
    assert [one.class_name for one in other.seen] == [f"{PACKAGE}.Other"]


def test_the_address_may_stand_in_a_class_inside() -> None:
    """Compilers put what belongs together into classes with a `$`; a text says the address as well."""
    inner = code(f"{PACKAGE}.Watcher$1", load("content://media/external/images/media"))
    found = look(code(f"{PACKAGE}.Watcher", call(OBSERVE, count=4)), inner)
    assert "watches-pictures" in codes(found)


def test_an_app_that_watches_folders() -> None:
    """By a class of its own below Android's; called by another."""
    observer = code(f"{PACKAGE}.Folder", load("/storage/emulated/0/Pictures/Screenshots/"), above=FILES)
    start = call(Ref(f"L{PACKAGE.replace('.', '/')}/Folder;", "startWatching", "()V"))
    found = look(observer, code(f"{PACKAGE}.Folder$Starter", start))
    ability = found.ability("watches-picture-folders")
    assert ability is not None
    assert ability.seen[0].what == "android.os.FileObserver.startWatching"
    found = look(code(f"{PACKAGE}.Folder", load("/data/logs"), above=FILES), code(f"{PACKAGE}.Starter", start))
    assert codes(found) == {"watches-folders"}


def test_screenshot_words() -> None:
    """Several of the words in one class are a list to tell screenshots by; one alone may be anything."""
    listed = look(code(f"{PACKAGE}.Words", load("screenshot"), load("screen_shot"), load("截屏")))
    alone = look(code(f"{PACKAGE}.Words", load("screenshot"), load("a screenshot was not taken, for no reason")))
    for found, weight in ((listed, 80), (alone, 40)):
        ability = found.ability("knows-screenshot-names")
        assert ability is not None
        assert (ability.tier, ability.weight) == (Tier.INFERRED, weight)
    assert not codes(look(code(f"{PACKAGE}.Words", load("takeScreenshotFailed"), load("no screenshot here"))))


def test_the_screenshot_callback_of_android_14() -> None:
    """Through the app's own activity; the right for it is named beside the call."""
    own = f"L{PACKAGE.replace('.', '/')}/Shots;"
    register = Ref(
        own,
        "registerScreenCaptureCallback",
        "(Ljava/util/concurrent/Executor;Landroid/app/Activity$ScreenCaptureCallback;)V",
    )
    found = look(
        code(f"{PACKAGE}.Shots", call(register, count=3), above=ACTIVITY),
        in_manifest=permissions("DETECT_SCREEN_CAPTURE"),
    )
    ability = found.ability("told-of-screenshots")
    assert ability is not None
    assert {one.kind for one in ability.seen} == {"call", "permission"}


def test_recording_the_screen() -> None:
    """By the call, or by the kind of service that Android 14 wants declared."""
    intent = Ref(
        "Landroid/media/projection/MediaProjectionManager;", "createScreenCaptureIntent", "()Landroid/content/Intent;"
    )
    assert codes(look(code(f"{PACKAGE}.Recorder", call(intent)))) == {"records-screen"}
    service = '<service android:name=".Recording" android:foregroundServiceType="mediaProjection"/>'
    found = look(code(f"{PACKAGE}.Recording"), in_application=service)
    ability = found.ability("records-screen")
    assert ability is not None
    assert [(one.kind, one.what) for one in ability.seen] == [("service", f"{PACKAGE}.Recording")]


def test_an_accessibility_service() -> None:
    """Who turns it on lets it read the screens of other apps."""
    shot = Ref("Landroid/accessibilityservice/AccessibilityService;", "takeScreenshot", "(I)V")
    service = (
        '<service android:name=".Helper" android:permission="android.permission.BIND_ACCESSIBILITY_SERVICE">'
        '<intent-filter><action android:name="android.accessibilityservice.AccessibilityService"/></intent-filter>'
        "</service>"
    )
    found = look(
        code(f"{PACKAGE}.Helper", call(shot, count=2), above="Landroid/accessibilityservice/AccessibilityService;"),
        in_application=service,
    )
    assert codes(found) >= {"accessibility", "accessibility-screenshots"}


@pytest.mark.parametrize(
    ("class_name", "whose", "name"),
    [
        (f"{PACKAGE}.x.A", Whose.APP, PACKAGE),
        ("org.bank.common.A", Whose.MAKER, "org.bank"),
        ("com.umeng.analytics.A", Whose.KNOWN, "Umeng Analytics (友盟)"),
        ("com.umeng.other.A", Whose.KNOWN, "Umeng (友盟)"),
        ("a.b.c", Whose.UNKNOWN, ""),
    ],
)
def test_whose_code_it_is(class_name: str, whose: Whose, name: str) -> None:
    """The app's own, its publisher's other code, a known service's, or nobody knows."""
    found = look(code(class_name, call(Ref("Ljava/lang/Runtime;", "exec", "(Ljava/lang/String;)V"), count=2)))
    ability = found.ability("runs-programs")
    assert ability is not None
    assert [(one.whose, one.name) for one in ability.owners] == [(whose, name)]
    assert not ability.is_ordinary


def test_what_only_a_library_can_do_is_no_news() -> None:
    """Many apps have AndroidX; that it could take a picture of a window says nothing of this app."""
    found = look(
        code(
            "androidx.core.view.Copy",
            call(Ref("Landroid/content/ClipboardManager;", "getPrimaryClip", "()Landroid/content/ClipData;")),
        )
    )
    ability = found.ability("reads-clipboard")
    assert ability is not None
    assert (ability.is_ordinary, ability.tier) == (True, Tier.INFERRED)


def test_services_of_others() -> None:
    """Whose code is there, the particular before the general, and that it is only there."""
    found = look(code("com.umeng.message.Push"), code("com.tencent.bugly.CrashReport"), code("okhttp3.Call"))
    named = [(one.owner.name, one.owner.purpose, one.example) for one in found.services]
    assert named == [
        ("Bugly", "crash-reports", "com.tencent.bugly.CrashReport"),
        ("Umeng Push (友盟推送)", "push", "com.umeng.message.Push"),
        ("OkHttp", "library", "okhttp3.Call"),
    ]


def test_parts_that_other_apps_may_call() -> None:
    """Exported without a permission, and providers that hand out files; what needs a permission is no open door."""
    parts = (
        '<provider android:name=".Files" android:authorities="x" android:exported="false" '
        'android:grantUriPermissions="true"/>'
        '<service android:name=".Open" android:exported="true"/>'
        '<service android:name=".Closed" android:exported="true" android:permission="x.y"/>'
        '<receiver android:name=".Filtered"><intent-filter><action android:name="x"/></intent-filter></receiver>'
    )
    found = look(in_application=parts)
    assert [(one.kind, one.name.rpartition(".")[2], one.grants) for one in found.open] == [
        ("provider", "Files", True),
        ("receiver", "Filtered", False),
        ("service", "Open", False),
    ]


def test_a_constructor_of_a_subclass_is_not_the_class() -> None:
    """Loading code is `new DexClassLoader(…)`; building something else is not."""
    made = Ref("Ldalvik/system/DexClassLoader;", "<init>", "(Ljava/lang/String;)V")
    other = Ref(f"L{PACKAGE.replace('.', '/')}/Thing;", "<init>", "(Ljava/lang/String;)V")
    assert codes(look(code(f"{PACKAGE}.A", call(made, 0x70, 2)))) == {"loads-code"}
    assert not codes(look(code(f"{PACKAGE}.A", call(other, 0x70, 2))))
    loader = "Ldalvik/system/DexClassLoader;"
    found = look(
        code(f"{PACKAGE}.Thing", call(made, 0x70, 2), above=loader), code(f"{PACKAGE}.A", call(other, 0x70, 2))
    )
    ability = found.ability("loads-code")
    assert ability is not None
    assert [one.class_name for one in ability.seen] == [f"{PACKAGE}.Thing"]
