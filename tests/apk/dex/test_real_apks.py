"""The code of real apps, beside androguard: the same calls, fields and texts, in the same places, and no others."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from phoneward.apk import open_app
from phoneward.apk.dex import Code, Member, Wanted, read_code
from phoneward.watch.abilities.deciding import wanted
from tests.tools.oracles import oracle_python
from tests.tools.registry import Package

APPS = {
    "apidemos": lambda: Package("npm", "android-apidemos", "3.0.0").apk("ApiDemos-debug.apk"),
    "yosemite": lambda: Package("pypi", "airtest", "1.2.4").apk("Yosemite.apk"),
    "uiautomator": lambda: Package("pypi", "uiautomator2", "3.1.0", wheel=True).apk("app-uiautomator.apk"),
}
CALLS = (
    *wanted((), ()).calls,
    Member("android.view.View", "setOnClickListener"),
    Member("android.app.Activity", "startActivityForResult"),
    Member("android.app.Activity", "findViewById"),
    Member("android.hardware.display.DisplayManager", "createVirtualDisplay"),
    Member("java.lang.reflect.Method", "invoke"),
)
FIELDS = (
    Member("android.provider.MediaStore$Images$Media", "EXTERNAL_CONTENT_URI"),
    Member("android.os.Build$VERSION", "SDK_INT"),
)
TEXTS = ("screenshot", "content://")

ANDROIDS = (
    (re.compile(r"android\.(widget|webkit|view)\.\w+"), "android.view.View"),
    (re.compile(r"android\.(app|preference)\.\w*Activity"), "android.app.Activity"),
)
"""Android's own classes are not in an app: what these are, androguard does not know either."""


@cache
def androguard(apk: Path) -> dict[str, Any]:
    names = sorted({member.name for member in (*CALLS, *FIELDS)})
    script = Path(__file__).with_name("androguarding.py")
    done = subprocess.run(
        [oracle_python("androguard"), script, apk],
        input=json.dumps({"names": names, "parts": TEXTS}),
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    return dict(json.loads(done.stdout))


@cache
def ours(apk: Path) -> Code:
    with open_app([apk]) as app:
        return read_code(app, Wanted(CALLS, FIELDS, TEXTS))


def expected(seen: dict[str, Any], kind: str) -> list[list[Any]]:
    """Return androguard's sites of a kind; of calls and fields those of a wanted class or of a subclass of it."""
    owners = {(one.name, one.owner) for one in (*CALLS, *FIELDS)}
    supers = seen["supers"]

    def is_wanted(owner: str, name: str) -> bool:
        for _step in range(30):
            if (name, owner) in owners:
                return True
            if name == "<init>":  # a constructor is named by its own class
                return False
            owner = supers.get(owner) or next((above for part, above in ANDROIDS if part.fullmatch(owner)), "")
        return False

    return sorted(one for one in seen["sites"] if one[5] == kind and (kind == "text" or is_wanted(one[6], one[7])))


@pytest.mark.parametrize("name", sorted(APPS))
def test_the_same_calls_as_androguard(name: str) -> None:
    """Every call of a watched method that androguard finds when it disassembles all, and none that it does not."""
    apk = APPS[name]()
    theirs = expected(androguard(apk), "call")
    found = sorted(
        [
            [one.dex, one.class_name, one.method, one.prototype, one.at, "call", one.receiver, one.target.name]
            for one in ours(apk).calls
        ]
    )
    assert found == [one[:8] for one in theirs]
    assert len(found) > 10


@pytest.mark.parametrize("name", sorted(APPS))
def test_the_same_fields_and_texts(name: str) -> None:
    """What tells a look at the list of pictures from a look at anything else: the address and the words beside it."""
    apk = APPS[name]()
    code, seen = ours(apk), androguard(apk)
    fields = sorted(
        [one.dex, one.class_name, one.method, one.prototype, one.at, "field", one.target.owner, one.target.name]
        for one in code.fields
    )
    assert fields == expected(seen, "field")
    texts = sorted([one.dex, one.class_name, one.method, one.prototype, one.at, one.text] for one in code.texts)
    assert texts == [[*one[:5], one[7][:300]] for one in expected(seen, "text")]
    assert fields


@pytest.mark.parametrize("name", sorted(APPS))
def test_the_same_classes(name: str) -> None:
    """Whose subclass a class is: the same as androguard says, and each counted once."""
    apk = APPS[name]()
    code, supers = ours(apk), androguard(apk)["supers"]
    assert code.classes == len(supers)
    assert code.supers == {one: above for one, above in supers.items() if above != "java.lang.Object"}
