"""`phoneward update check` on apps that real programs bring along: what happened to people, and what is harmless."""

import pytest

from tests.cli.program import Program
from tests.tools.registry import Package

OLD = ("pypi", "airtest", "1.2.4", "Yosemite.apk")
STRANGERS = ("pypi", "airtest", "1.3.6", "Yosemite.apk")
NEWER = ("pypi", "airtest", "1.4.3", "Yosemite.apk")
SERVER_OLD = ("npm", "appium-uiautomator2-server", "9.10.0", "appium-uiautomator2-server-v9.10.0.apk")
SERVER_NEW = ("npm", "appium-uiautomator2-server", "10.6.6", "appium-uiautomator2-server-v10.6.6.apk")
SETTINGS_OLD = ("npm", "io.appium.settings", "8.0.9", "settings_apk-debug.apk")
SETTINGS_NEW = ("npm", "io.appium.settings", "8.0.10", "settings_apk-debug.apk")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "verdict", "code"),
    [
        (OLD, STRANGERS, "wipes", "signer-differs"),
        (SETTINGS_OLD, SETTINGS_NEW, "wipes", "signer-differs"),
        (STRANGERS, NEWER, "keeps", "signer-same"),
        (SERVER_OLD, SERVER_NEW, "keeps", "signer-same"),
        (NEWER, STRANGERS, "refused", "version-downgrade"),
    ],
    ids=["the-incident", "the-incident-again", "same-signer", "test-key", "older"],
)
def test_real_pairs(program: Program, old: tuple[str, ...], new: tuple[str, ...], verdict: str, code: str) -> None:
    """Versions that went up under another signer, as in the incident, and under the same one; one that went down.

    That one was built for testing (`debuggable`), so that an install option takes the older version with the data kept.
    """
    before, after = (Package(one[0], one[1], one[2]).apk(one[3]) for one in (old, new))
    ran = program.run("update", "check", "--installed", before, "--sdk", "33", "--json", after)
    assert ran.stderr == ""
    assert ran.document["verdict"] == verdict
    assert code in {reason["code"] for reason in ran.document["reasons"]}
    assert ran.code == (0 if verdict == "keeps" else 4)
