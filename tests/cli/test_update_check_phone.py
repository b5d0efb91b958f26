"""`phoneward update check` with a phone at the cable, a vault with its snapshots, and nothing in hand."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apk.making import Key, copy_of, key, make_apk
from tests.cli.program import Program, make_vault
from tests.phone import state
from tests.phone.testphone import PhoneFactory, TestPhone

WECHAT = "com.tencent.mm"
NOTES = "org.example.notes"
DATA_BYTES = 11_000_000_000


def shown(certificate: Key) -> str:
    """What `dumpsys package` prints of a certificate: java.util.Arrays.hashCode of its bytes, in hexadecimal."""
    value = 1
    for byte in certificate.der:
        value = 31 * value + (byte if byte < 128 else byte - 256)
    return f"{value % 2**32:x}"


def app_of(package: str, signer: Key, **more: object) -> state.App:
    return replace(state.App(package, 10200, 5, "5.0", signer=shown(signer)), **more)  # type: ignore[arg-type]


@pytest.fixture
def wechat() -> Path:
    return make_apk(WECHAT, version_code=5, version_name="5.0")


@pytest.fixture
def phone(phone_factory: PhoneFactory, wechat: Path) -> TestPhone:
    """A phone with WeChat and another app, both signed by the first key."""
    apps = (
        app_of(WECHAT, key(), sizes=(200_000_000, DATA_BYTES, 5), first_installed={0: "2019-05-03 10:00:00"}),
        app_of(NOTES, key(), app_id=10201, first_installed={0: "2024-01-01 10:00:00"}, installer="null"),
    )
    made = phone_factory(state=state.State(apps=apps))
    put(made, apps[0], wechat)
    put(made, apps[1], make_apk(NOTES, version_code=5))
    return made


def put(phone: TestPhone, app: state.App, apk: Path) -> None:
    """Put a real APK where the phone keeps the app's."""
    (phone.root / app.code_path.lstrip("/") / app.base).write_bytes(apk.read_bytes())


@pytest.fixture
def program(phone: TestPhone, tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(home, {**phone.adb_env, "TZ": "UTC"})


@pytest.fixture
def with_vault(program: Program, tmp_path: Path) -> Program:
    make_vault(tmp_path / "vault", "secret")
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="secret")


def newer(*keys: Key, package: str = WECHAT) -> Path:
    return make_apk(package, version_code=6, keys=keys or (key(),))


def test_the_incident_before_it_happens(with_vault: Program, phone: TestPhone) -> None:
    """A shop's update of WeChat, signed with another key: what it would cost is said before anybody taps."""
    assert with_vault.run("backup", "--adb", phone.serial).code in {0, 3}
    ran = with_vault.run("update", "check", newer(key("stranger")))
    assert ran.code == 4, ran.stderr
    first = ran.stdout.splitlines()[0]
    assert first.startswith(
        "This update of WeChat can only be installed by deleting WeChat with everything in it: 11.0 GB of your chats "
        "since 3 May 2019; the snapshot of "
    )
    assert first.endswith("has none of it, because the phone keeps it out of reach.")
    document = with_vault.run("update", "check", "--adb", phone.serial, "--json", newer(key("stranger"))).document
    assert document["verdict"] == "wipes"
    assert document["stakes"]["data_bytes"] == DATA_BYTES
    assert document["stakes"]["since"].startswith("2019-05-03")
    assert document["stakes"]["snapshot"]["state"] == "out of reach"
    assert document["installed"]["signers"] == [key().sha256]
    chinese = with_vault.run("update", "check", "--lang", "zh_CN", newer(key("stranger"))).stdout.splitlines()[0]
    assert not set(re.findall("[A-Za-z]+", chinese)) - {"GB"}


def test_the_answer_says_at_once_what_to_do_and_calls_wechat_by_its_name(program: Program) -> None:
    """No vault, no copy: after what would be lost comes what to do, and how WeChat makes a copy of itself."""
    first, what_to_do, copy, *_why = program.run("update", "check", newer(key("stranger"))).stdout.splitlines()
    assert "no copy of it is known" in first
    assert "Do not install it" in what_to_do
    assert copy.endswith("phoneward app-backups guide wechat")
    other = program.run("update", "check", newer(key("stranger"), package=NOTES)).stdout
    assert "phoneward setup" in other
    assert "Make a copy" not in program.run("update", "check", newer()).stdout
    chinese = program.run("update", "check", "--lang", "zh_CN", newer(key("stranger"))).stdout
    assert "它不是由微信公认的发布者签名的。" in chinese
    assert "WeChat" not in chinese


def test_a_file_that_is_not_there_is_said_in_the_readers_language(program: Program) -> None:
    ran = program.run("update", "check", "nothing.apk")
    assert ran.stdout.startswith("nothing.apk cannot be read: there is no such file.")
    assert "No such file" not in program.run("update", "check", "nothing.apk", "--lang", "zh_CN").stdout
    inspected = program.run("update", "inspect", "nothing.apk").stdout
    assert inspected.splitlines()[-1] == "Check the name of the file and whether you may read it."


def test_without_a_file_what_to_tap_comes_first(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    """Somebody at a pop-up reads at once that cancelling costs nothing; a downloaded update would come first."""
    phone = phone_factory(state=state.State(apps=(app_of(NOTES, key()),)))
    put(phone, app_of(NOTES, key()), make_apk(NOTES, version_code=5))
    program = Program(tmp_path, phone.adb_env)
    said = program.run("update", "check").stdout
    assert said.startswith("If the phone asks you about an update now:")
    assert said.index("'Cancel'") < said.index("No downloaded update")
    copy_of(newer(key("stranger"), package=NOTES), Path(program.env["HOME"]) / "Downloads", "notes.apk")
    said = program.run("update", "check").stdout
    assert said.index("can only be installed by deleting") < said.index("Do not install it") < said.index("'Cancel'")


def test_an_update_by_the_same_signer(program: Program) -> None:
    ran = program.run("update", "check", newer())
    assert ran.code == 0, ran.stderr + ran.stdout
    assert ran.stdout.startswith("By Android's own rules this update of WeChat keeps your data: 11.0 GB of your chats")
    assert "no vault is named" in ran.stdout.splitlines()[0]
    assert "not signed by the publisher that WeChat is known for" in ran.stdout
    unopened = program.with_(PHONEWARD_REPOSITORY=str(program.home / "none")).run("update", "check", newer(), "--json")
    assert unopened.complaint["code"] == "no-repository"


def test_a_vault_without_its_password_is_said_and_nothing_is_asked(program: Program, tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", "secret")
    ran = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault")).run("update", "check", newer())
    assert ran.code == 0, ran.stderr
    assert "the vault was not opened" in ran.stdout.splitlines()[0]
    opened = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="secret")
    assert "the vault has no snapshot of this phone" in opened.run("update", "check", newer()).stdout.splitlines()[0]


def test_an_app_that_is_not_there_loses_nothing(program: Program) -> None:
    ran = program.run("update", "check", newer(package="org.example.new"))
    assert ran.code == 0
    assert ran.stdout.startswith("org.example.new is not on this phone, so installing it takes nothing away from you.")


def test_a_phone_that_contradicts_its_own_files_decides_nothing(program: Program, phone: TestPhone) -> None:
    """What was copied is not what the phone recorded: nobody can promise anything."""
    other = make_apk(WECHAT, version_code=5, keys=(key("stranger"),))
    app = app_of(WECHAT, key())
    put(phone, app, other)
    for candidate in (newer(key("stranger")), newer()):
        told = program.run("update", "check", "--json", candidate).document
        assert told["verdict"] != "keeps", told
        assert told["installed"]["signers"] is None
    put(phone, app, make_apk("org.example.other", version_code=5))
    told = program.run("update", "check", "--json", newer()).document
    assert told["verdict"] == "undecided"
    assert told["installed"]["signers"] is None


def test_an_app_whose_files_cannot_be_read_is_not_kept(program: Program, phone: TestPhone) -> None:
    place = phone.root / app_of(WECHAT, key()).code_path.lstrip("/") / "base.apk"
    place.chmod(0o600)
    told = program.run("update", "check", "--json", newer()).document
    assert told["verdict"] == "undecided"
    wrong = program.run("update", "check", "--json", newer(key("stranger"))).document
    assert wrong["verdict"] in {"wipes", "undecided"}


def test_no_phone(program: Program, phone: TestPhone) -> None:
    phone.kill_adbd()
    for words in ([newer()], ["--adb", phone.serial]):
        ran = program.run("update", "check", *words, "--json")
        assert ran.code == 1
        assert ran.stdout == ""
        assert ran.complaint["next_step"]


def test_against_a_snapshot(with_vault: Program, phone: TestPhone) -> None:
    """The phone is elsewhere; its last snapshot knows which WeChat it had and what it held."""
    assert with_vault.run("backup", "--adb", phone.serial).code in {0, 3}
    phone.kill_adbd()
    ran = with_vault.run("update", "check", "--snapshot", "latest", newer(key("stranger")))
    assert ran.code == 4, ran.stderr
    assert "11.0 GB of your chats since 3 May 2019" in ran.stdout.splitlines()[0]
    told = with_vault.run("update", "check", "--snapshot", "latest", "--json", newer()).document
    assert told["verdict"] == "keeps"
    assert told["installed"]["signers"] == [key().sha256]
    assert told["sdk"] == 34
    missing = with_vault.run("update", "check", "--snapshot", "ffffffff", newer(), "--json")
    assert missing.code == 1


def test_a_folder_is_no_phone_with_apps(with_vault: Program, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("a")
    assert with_vault.run("backup", "--folder", tmp_path / "folder").code == 0
    ran = with_vault.run("update", "check", "--snapshot", "latest", newer(), "--json")
    assert ran.document["verdict"] != "wipes"


def test_without_a_file_downloads_on_phone_and_computer_are_checked(program: Program, phone: TestPhone) -> None:
    """A person at a shop's pop-up has no file: what was downloaded is found, and how to stop the shop is shown."""
    download = phone.storage / "Download"
    copy_of(newer(key("stranger")), download, "weixin.apk")
    copy_of(newer(key("stranger"), package="org.example.new"), download, "new.apk.1")
    (download / "broken.apk").write_bytes(b"PK")
    copy_of(newer(package=NOTES), Path(program.env["HOME"]) / "Downloads", "notes.apk")
    ran = program.run("update", "check")
    assert ran.code == 4, ran.stderr
    assert "weixin.apk: This update of WeChat can only be installed by deleting WeChat" in ran.stdout
    assert f"notes.apk: By Android's own rules this update of {NOTES} keeps your data" in ran.stdout
    assert "1 other file is of an app that is not on this phone." in ran.stdout
    assert "1 other file is called like an app and is none that a phone would take." in ran.stdout
    assert "'Cancel'" in ran.stdout
    told = program.run("update", "check", "--json", "--adb", phone.serial).documents
    updates = [one for one in told if one["message_type"] == "update_check"]
    found = {Path(one["file"]).name: (one["where"], one["verdict"]) for one in updates}
    assert found == {"weixin.apk": ("phone", "wipes"), "notes.apk": ("computer", "keeps")}
    assert told[-1]["message_type"] == "summary"
    assert (told[-1]["other_apps"], told[-1]["no_apps"]) == (1, 1)


def test_an_app_that_its_publisher_did_not_sign_is_named_first(
    program: Program, phone: TestPhone, wechat: Path
) -> None:
    """This phone's WeChat is a forgery: that is said before anything else, and that it must not just be removed."""
    ran = program.run("update", "check")
    assert ran.code == 4, ran.stderr
    first, second, *_rest = ran.stdout.splitlines()
    assert first.startswith("WeChat on this phone was not signed by ")
    assert key().sha256[:12] in first
    assert second.startswith("Do not remove such an app")
    told = program.run("update", "check", "--json").documents
    (wrong,) = [one for one in told if one["message_type"] == "wrong_publisher"]
    assert (wrong["package"], wrong["signers"]) == (WECHAT, [key().sha256])
    assert wrong["publisher_signers"] != wrong["signers"]
    assert wrong["sources"]
    put(phone, app_of(WECHAT, key()), make_apk(WECHAT, version_code=5, keys=(key("stranger"),)))
    told = program.run("update", "check", "--json").documents  # its files contradict the phone: nobody can tell
    assert not [one for one in told if one["message_type"] == "wrong_publisher"]
    put(phone, app_of(WECHAT, key()), wechat)
    chinese = program.run("update", "check", "--lang", "zh_CN")
    assert chinese.stdout.startswith("据目前所知，这部手机上的微信不是由")
    assert "“取消”" in chinese.stdout


def test_a_phone_that_is_known_to_have_lost_data_is_not_promised_for(
    phone_factory: PhoneFactory, wechat: Path, tmp_path: Path
) -> None:
    """The first incident was a phone maker's own fault, outside Android's rules: KEEPS is taken back on such phones."""
    app = app_of(WECHAT, key(), sizes=(1, DATA_BYTES, 5))
    props = {"ro.product.manufacturer": "smartisan", "ro.product.model": "OD103"}
    phone = phone_factory(state=state.State(apps=(app,), props=props))
    put(phone, app, wechat)
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", phone.adb_env)
    ran = program.run("update", "check", newer())
    assert ran.code == 1
    assert "phones like this one have lost it" in ran.stdout.splitlines()[0]
    assert ran.stdout.count("has lost data before (2018-05-31)") == 1
    told = program.run("update", "check", "--json", newer()).document
    assert told["verdict"] == "keeps"
    assert told["lowered"]
    log = json.loads(program.run("update", "check", "--format", "sarif", newer()).stdout)
    assert log["runs"][0]["results"][0]["level"] == "warning"


def test_a_permission_that_another_app_owns_is_asked_for(
    phone_factory: PhoneFactory, wechat: Path, tmp_path: Path
) -> None:
    """The update defines a permission; which app of which signer has it already is looked up on the phone."""
    send = (("org.example.SEND", "normal"),)
    apps = (app_of(WECHAT, key()), app_of(NOTES, key("stranger"), app_id=10201, permissions=send))
    phone = phone_factory(state=state.State(apps=apps))
    put(phone, apps[0], wechat)
    put(phone, apps[1], make_apk(NOTES, version_code=5, keys=(key("stranger"),), permissions=("org.example.SEND",)))
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", phone.adb_env)
    clash = make_apk(WECHAT, version_code=6, permissions=("org.example.SEND",))
    told = program.run("update", "check", "--json", clash).document
    assert told["verdict"] == "refused", told
    assert "INSTALL_FAILED_DUPLICATE_PERMISSION" in {reason["status"] for reason in told["reasons"]}
    free = make_apk(WECHAT, version_code=6, permissions=("org.example.OTHER",))
    assert program.run("update", "check", "--json", free).document["verdict"] == "keeps"


def test_several_updates_at_once(program: Program) -> None:
    ran = program.run("update", "check", "--json", newer(), newer(key("stranger")), newer(package=NOTES))
    assert [one["verdict"] for one in ran.documents] == ["keeps", "wipes", "keeps"]
    assert ran.code == 4


def test_without_file_and_phone_the_newest_snapshot_is_asked(with_vault: Program, phone: TestPhone) -> None:
    copy_of(newer(key("stranger")), phone.storage / "Download", "weixin.apk")
    with_vault.run("backup", "--adb", phone.serial)
    phone.kill_adbd()
    ran = with_vault.run("update", "check", "--json")
    assert ran.code == 4, ran.stderr
    update, *_guides, summary = ran.documents
    assert (update["where"], update["verdict"]) == ("snapshot", "wipes")
    assert summary["no_phone"]
    assert "The apps are those of the snapshot of" in with_vault.run("update", "check").stdout


def test_without_anything_this_computer_is_looked_at(tmp_path: Path) -> None:
    program = Program(tmp_path, {"ADB_SERVER_SOCKET": "tcp:127.0.0.1:1"})
    copy_of(newer(), tmp_path / "Downloads", "x.apk")
    ran = program.run("update", "check")
    assert ran.code == 0, ran.stderr
    assert "1 file that is called like an app" in ran.stdout
    assert "No phone was asked." in ran.stdout
    assert "'Cancel'" in ran.stdout
