"""The app is named whose folder it is, and nobody where nobody can tell."""

import pytest

from phoneward.watch.canary.owners import owner_in_snapshot, owner_of, owner_on_computer


@pytest.mark.parametrize(
    ("below", "owner"),
    [
        ("Android/data/com.example.finance/cache/x", ("com.example.finance", False)),
        ("Android/media/com.whatsapp/WhatsApp/Media/x.jpg", ("com.whatsapp", False)),
        ("Android/data/not a package/x", ("", False)),
        ("DCIM/.thumbnails/1.jpg", ("", True)),
        ("DCIM/Screenshots/x.png", ("", False)),
        ("x.png", ("", False)),
        ("somebody/x.png", ("", False)),
    ],
)
def test_an_app_is_named_by_its_folder(below: str, owner: tuple[str, bool]) -> None:
    """On the phone, in a snapshot (the phone's own user, another one, a card), and copied to a computer."""
    assert owner_of(below) == owner
    for storage in ("/shared", "/users/999", "/volumes/1A2B-3C4D"):
        assert owner_in_snapshot(f"{storage}/{below}") == owner
    if below.startswith("Android/"):
        assert owner_on_computer(f"/home/anna/from phone/{below}") == owner


def test_private_data_is_the_apps() -> None:
    """What a snapshot holds below /appdata belongs to the app whose name the folder has."""
    assert owner_in_snapshot("/appdata/com.example.finance/files/x") == ("com.example.finance", False)
    assert owner_in_snapshot("/coverage.json") == ("", False)
    assert owner_on_computer("/home/anna/x.png") == ("", False)
