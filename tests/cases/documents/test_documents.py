"""What companies write is read as sentences with their lines, whatever the file holds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.cases.documents import Document, read_document
from phoneward.cases.documents.reading import MOST_LETTERS, MOST_SENTENCES


def lines(document: Document) -> list[tuple[int, str]]:
    return [(one.line, one.text) for one in document.sentences]


def test_a_text_is_read_sentence_by_sentence_with_its_lines() -> None:
    text = "标题\n\n1.1 第一句。第二句，\n接着第二句；第三句\n2. Mr. Lee is here. Version 4.2 is not.\n"
    assert lines(read_document(text.encode())) == [
        (1, "标题"),
        (3, "1.1 第一句。"),
        (3, "第二句，接着第二句；"),
        (4, "第三句"),
        (5, "2. Mr."),
        (5, "Lee is here."),
        (5, "Version 4.2 is not."),
    ]


def test_a_page_is_read_as_it_is_seen_and_bold_print_is_noticed() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>T</title><style>p { content: '不承担责任' }</style>\n"
        "<script>var a = '<p>不承担责任</p>';</script></head>\n<body><!-- 不承担 --><p>普通&nbsp;文字&lt;1&gt;。</p>\n"
        "<p><b>免责：\n我们不负责。</b>之后</p><p style='font-weight:bold'>粗体</p><div>A<br>B</div></body></html>"
    )
    document = read_document(page.encode())
    assert document.is_page
    assert [(one.line, one.text, one.is_set_off) for one in document.sentences] == [
        (1, "T", False),
        (3, "普通 文字<1>。", False),
        (4, "免责：我们不负责。", True),
        (5, "之后", False),
        (5, "粗体", True),
        (5, "A", False),
        (5, "B", False),
    ]


def test_a_sentence_within_a_paragraph_of_a_page_has_its_own_line() -> None:
    document = read_document("<html><p>第一句。\n第二句。\n\n第三句。</p></html>".encode())
    assert lines(document) == [(1, "第一句。"), (2, "第二句。"), (4, "第三句。")]


def test_what_a_page_comments_out_is_not_read() -> None:
    assert lines(read_document("<html>a<!-- 不承担责任 --><p>b</p>c<!-- 概不负责".encode())) == [
        (1, "a"),
        (1, "b"),
        (1, "c"),
    ]


def test_chinese_of_older_programs_is_read() -> None:
    assert lines(read_document("数据丢失。".encode("gb18030"))) == [(1, "数据丢失。")]
    assert lines(read_document("数据丢失。".encode("utf-16"))) == [(1, "数据丢失。")]
    assert lines(read_document(b"\xef\xbb\xbfa")) == [(1, "a")]


def test_what_would_repaint_a_terminal_is_shown_by_its_number() -> None:
    (only,) = read_document("a\u202eb\x1b[31mc".encode()).sentences
    assert only.text == "a\\u202eb\\x1b[31mc"


def test_a_page_that_was_made_to_hang_a_reader_does_not() -> None:
    """Python's own parser takes minutes for the second one; a limit of the test run would end it."""
    for piece in ("<", "<!--", "<a ", "<a b='", "&", "&#", "</", "<b>", "<script>", "\n", "x", "。", "(1."):
        for start in ("<html>", ""):
            document = read_document((start + piece * (80_000 // len(piece))).encode())
            assert len(document.sentences) <= MOST_SENTENCES


@given(st.text(max_size=300) | st.text(st.sampled_from("<>/!-&;#ab\n。. p=\"'"), max_size=300), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_one_bounded_line_of_the_file(text: str, as_page: bool) -> None:
    whole = ("<html>" if as_page else "") + text
    document = read_document(whole.encode("utf-8", "replace"))
    last = 0
    for one in document.sentences:
        assert one.text
        assert one.text.isprintable()
        assert len(one.text) <= MOST_LETTERS * 12, "control characters become up to ten letters"
        assert last <= one.line <= whole.count("\n") + 1
        last = one.line
        assert (one.is_set_off is None) is not document.is_page


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    read_document(data)
