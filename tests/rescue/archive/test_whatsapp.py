"""A decrypted WhatsApp database becomes pages with everything that was said, and by whom."""

from pathlib import Path

from phoneward.rescue.archive import make_archive
from phoneward.rescue.archive.message import Kind
from phoneward.rescue.archive.problem import Problem
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, words_of


def test_what_was_said_is_there_with_names_times_and_days(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("晚安，妈妈", mine=True)
        wa.message("Sleep well.\nTake care.")
        wa.message("hello all", chat=2, sender=3)
    archived, text = archive_of(tmp_path, tmp_path / "wa")
    assert [(one.title, one.is_group, one.count) for one in archived.conversations] == [
        ("Family", True, 1),
        ("妈妈", False, 2),
    ]
    assert archived.is_whole
    assert archived.sources[0].kind is Kind.WHATSAPP
    mother, family = (words_of(page) for page in months(tmp_path / "archive"))
    assert mother[-7:] == ["Me", "23:07", "晚安，妈妈", "妈妈", "23:08", "Sleep well.\nTake care.", "All months"]
    assert "7 March 2019" in mother
    # A hidden id is shown as the person whose number it stands for.
    assert family[-4:-1] == ["Bob", "23:09", "hello all"]
    assert "hello all" in text


def test_what_hangs_on_messages_is_there(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        first = wa.message("How are you?")
        answer = wa.message("Better", mine=True)
        made.insert(wa.connection, "message_quoted", message_row_id=answer, chat_row_id=1, from_me=0,
                    sender_jid_row_id=1, key_id="KEY1", text_data="How are you?")  # fmt: skip
        for add_on, mine, sign in ((1, 1, "❤"), (2, 0, "👍")):
            made.insert(wa.connection, "message_add_on", _id=add_on, chat_row_id=1, from_me=mine, key_id=f"R{add_on}",
                        sender_jid_row_id=0 if mine else 4, parent_message_row_id=first)  # fmt: skip
            made.insert(wa.connection, "message_add_on_reaction", message_add_on_row_id=add_on, reaction=sign)
        edited = wa.message("changed words")
        made.insert(wa.connection, "message_edit_info", message_row_id=edited, original_key_id="x",
                    edited_timestamp=1, sender_timestamp=1)  # fmt: skip
        wa.message(None, kind=15)
        forwarded = wa.message("passed on")
        made.insert(wa.connection, "message_forwarded", message_row_id=forwarded, forward_score=1)
        place = wa.message(None, kind=5)
        made.insert(wa.connection, "message_location", message_row_id=place, latitude=31.23, longitude=121.47,
                    place_name="The Bund")  # fmt: skip
        card = wa.message(None, kind=4)
        made.insert(wa.connection, "message_vcard", message_row_id=card,
                    vcard="BEGIN:VCARD\nVERSION:3.0\nFN:Doctor Li\nTEL;type=CELL:+86 21 000\nEND:VCARD")  # fmt: skip
        added = wa.message(None, chat=2, kind=7, sender=4)
        made.insert(wa.connection, "message_system", message_row_id=added, action_type=12)
        made.insert(wa.connection, "message_system_chat_participant", message_row_id=added, user_jid_row_id=1)
    _archived, text = archive_of(tmp_path, tmp_path / "wa")
    lines = text.splitlines()
    assert lines.count("How are you?") == 2
    assert "❤ Me" in lines
    assert "👍 Bob" in lines
    assert "changed later" in lines
    assert "deleted by the sender" in lines
    assert "forwarded" in lines
    assert "A place: The Bund (31.23000, 121.47000)" in lines
    assert "Doctor Li · +86 21 000" in lines
    assert "Added to the group: 妈妈" in text


def test_pictures_are_copied_once_and_missing_ones_named(tmp_path: Path) -> None:
    (tmp_path / "wa" / "Media" / "WhatsApp Images").mkdir(parents=True)
    (tmp_path / "wa" / "Media" / "WhatsApp Images" / "IMG-1.jpg").write_bytes(made.png())
    (tmp_path / "wa" / "Media" / "again.jpg").write_bytes(made.png())
    with made.whatsapp(tmp_path / "wa" / "databases") as wa:
        for path in ("Media/WhatsApp Images/IMG-1.jpg", "Media/again.jpg", "Media/lost.jpg"):
            key = wa.message(None, kind=1)
            made.insert(wa.connection, "message_media", message_row_id=key, file_path=path, mime_type="image/jpeg",
                        media_caption="by the sea" if "lost" in path else None)  # fmt: skip
    archived, text = archive_of(tmp_path, tmp_path / "wa" / "databases" / "msgstore.db")
    (kept,) = (one for one in (tmp_path / "archive" / "media").rglob("*") if one.is_file())
    # What it is decides the ending, not what it was called.
    assert (kept.suffix, kept.read_bytes()) == (".png", made.png())
    assert archived.media == (1, len(made.png()))
    assert (archived.missing, archived.missing_names) == (1, ("lost.jpg",))
    assert "Not in the source: lost.jpg" in text
    assert "by the sea" in text
    page = months(tmp_path / "archive")[0].read_text()
    assert page.count(f'src="../media/{kept.parent.name}/{kept.name}"') == 2


def test_what_is_not_known_keeps_its_place_and_is_counted(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message(None, kind=4711)
        made.insert(wa.connection, "message", chat_row_id=99, from_me=0, key_id="stray", text_data="of no chat")
    archived, text = archive_of(tmp_path, tmp_path / "wa")
    assert archived.sources[0].problems == {Problem.KIND_UNKNOWN: 1, Problem.MESSAGE_ODD: 1}
    assert "Something of a kind that is not known here: WhatsApp 4711" in text
    about = "\n".join(words_of(tmp_path / "archive" / "about.html"))
    assert "1 message contradicts the format and was left out." in about


def test_two_backups_of_one_phone_are_one_conversation(tmp_path: Path) -> None:
    for name, more in (("old", 0), ("new", 1)):
        with made.whatsapp(tmp_path / name) as wa:
            wa.message("first")
            wa.message("second")
            if more:
                wa.message("third")
    archived = make_archive([tmp_path / "new", tmp_path / "old"], tmp_path / "archive")
    assert [one.count for one in archived.conversations] == [3]
    assert [(source.messages, source.again) for source in archived.sources] == [(3, 0), (0, 2)]


def test_only_the_one_that_is_meant(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("for you")
        key = wa.message("for all", chat=2, sender=4)
        made.insert(wa.connection, "message_media", message_row_id=key, file_path="Media/x.jpg")
    archived, text = archive_of(tmp_path, tmp_path / "wa", only=("妈",))
    assert [one.title for one in archived.conversations] == ["妈妈"]
    assert "for all" not in text
    assert archived.missing == 0
    assert not list((tmp_path / "archive").glob("c*2"))
