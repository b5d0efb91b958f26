"""Whose a folder is: the person's own, an app's, nobody knows whose; every rule of the data file is sourced."""

import pytest

from phoneward.watch.scanning.places import Place, Role, Walker, app_rule, rules


def place(path: str, mine: frozenset[str] = frozenset()) -> Place | None:
    """Return what a folder is, followed from a storage's root."""
    walker = Walker(mine=mine)
    for name in path.split("/"):
        walker = walker.enter(name)
    return walker.place


@pytest.mark.parametrize(
    ("path", "role", "package"),
    [
        ("DCIM/Camera", Role.OWN, ""),
        ("dcim/screenshots", Role.OWN, ""),
        ("Pictures/Screenshots", Role.OWN, ""),
        ("DCIM/.thumbnails", Role.THUMBNAILS, ""),
        ("Android/data/com.miui.gallery/files/gallery_disk_cache/full_size", Role.THUMBNAILS, "com.miui.gallery"),
        ("Android/data/com.miui.gallery/files", Role.APP, "com.miui.gallery"),
        ("Android/data/com.example.bank/files/x", Role.APP, "com.example.bank"),
        ("Android/media/com.whatsapp/WhatsApp", Role.APP, "com.whatsapp"),
        ("Android/data/no package!", Role.APP, ""),
        ("Android/.odd", Role.APP, ""),
        ("tencent/MicroMsg/0f/image2", Role.APP, "com.tencent.mm"),
        ("tencent/Other", Role.APP, ""),
        ("Pictures/WeiXin", Role.APP, "com.tencent.mm"),
        ("Pictures/Family", Role.APP, ""),
        ("Loose", Role.APP, ""),
        ("DCIM/.hidden", Role.APP, ""),
        ("Download", Role.LEFT_OUT, ""),
        ("Download/WeiXin", Role.APP, "com.tencent.mm"),
        ("Download/.hidden/x", Role.APP, ""),
        ("Android/obb/com.example", Role.LEFT_OUT, ""),
    ],
)
def test_whose_a_folder_is(path: str, role: Role, package: str) -> None:
    """By the system's own layout, by the rules, and else nobody's."""
    found = place(path)
    assert found is not None
    assert (found.role, found.package) == (role, package)


def test_what_is_no_place_yet() -> None:
    """Folders that only lead on to others."""
    assert place("Pictures") is None
    assert place("Android") is None
    assert place("Android/data") is None
    assert place("Pictures/Family", frozenset({"pictures/family"})) == Place(Role.OWN)


def test_every_rule_is_sourced_or_marked() -> None:
    """Who adds a rule says where it stands, or that nobody has looked."""
    said = [(one.path, one.source, one.unconfirmed) for one in rules().folder]
    said += [(str(one.packages), one.source, one.unconfirmed) for one in rules().app]
    for what, source, unconfirmed in said:
        assert bool(source) != unconfirmed, what
        assert not source or source.startswith("https://"), what
    packages = [package for rule in rules().app for package in rule.packages]
    assert len(packages) == len(set(packages))
    assert app_rule("com.example.unknown") is None
