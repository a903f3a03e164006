"""HTML, Markdown, plain text and mail: what they hold beside headings and paragraphs."""

from email.message import EmailMessage

import pytest

from services.retrieval.reading.content import Block, Cause, Heading, ListItem, Paragraph, Table, Unreadable
from services.retrieval.reading.formats import Format
from services.retrieval.reading.readers import read


def _html(body: str) -> tuple[Block, ...]:
    return read(f"<html><body>{body}</body></html>".encode(), "a.html").blocks


def test_lists_nest_and_count() -> None:
    assert _html("<ul><li>갑<ol start=3><li>셋<li>넷</ol><li>을<p>더</p></ul>끝") == (
        ListItem("• 갑", 1),
        ListItem("3. 셋", 2),
        ListItem("4. 넷", 2),
        ListItem("• 을", 1),
        Paragraph("더"),
        Paragraph("끝"),
    )


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="DISPLAY : none">x</p>',
        '<p style="visibility:hidden">x</p>',
        '<span style="font-size:0px">x</span>',
        '<div style="opacity: 0.0">x</div>',
        "<div hidden>x</div>",
        '<div aria-hidden="true">x</div>',
        "<template>x</template>",
        "<noscript>x</noscript>",
        "<!-- x -->",
        "<nav>x</nav>",
        '<div role="navigation">x</div>',
        "<button>x</button>",
        '<img src="http://127.0.0.1:1/" alt="x">',
        "<textarea>x</textarea>",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert _html(f"<p>보이는 글</p>{hidden}") == (Paragraph("보이는 글"),)


def test_the_frame_of_a_page_keeps_only_its_headings() -> None:
    page = (
        "<header><a href=/>사내 포털</a><h1>반품</h1></header><aside>바로 가기</aside>"
        "<article><header>총무팀</header>글<aside>참고</aside></article><footer>ⓒ</footer>"
    )
    assert _html(page) == (Heading(1, "반품"), Paragraph("총무팀"), Paragraph("글"), Paragraph("참고"))


def test_text_that_is_only_small_or_faint_is_read() -> None:
    assert _html('<p style="font-size:0.8em;opacity:0.6">작은 글</p>') == (Paragraph("작은 글"),)


def test_tables_have_captions_headers_and_merged_cells() -> None:
    assert _html(
        "<table><caption>직급별 한도</caption><thead><tr><th>직급<th>한도</thead>"
        "<tr><td rowspan=2>임원<td>10만원<tr><td>20만원</table>"
    ) == (Table((("직급", "한도"), ("임원", "10만원"), ("임원", "20만원")), 1, "직급별 한도"),)


def test_tables_that_only_place_things_are_read_through() -> None:
    assert _html(
        "<table><tr><td><h2>공지</h2><p>글</p><table><tr><td>가<td>1<tr><td>나<td>2</table></table>"
    ) == (
        Heading(2, "공지"),
        Paragraph("글"),
        Table((("가", "1"), ("나", "2")), 0),
    )


def test_an_old_page_says_its_encoding() -> None:
    page = '<html><meta http-equiv="content-type" content="text/html; charset=euc-kr"><p>반품 절차</p>'
    assert read(page.encode("euc-kr"), "a.html").blocks == (Paragraph("반품 절차"),)


def test_markdown_has_front_matter_nested_lists_and_html() -> None:
    content = read(
        "---\ntitle: 반품 안내\n---\n절차는 [여기](http://127.0.0.1:1/)에 있다.  \n둘째 줄\n\n"
        "- 갑\n  1. 하나\n  2. 둘\n- 을\n\n"
        "```\n코드\n```\n\n<div>블록<script>x</script></div>\n\n![그림](http://127.0.0.1:1/x.png)\n".encode(),
        "a.md",
    )
    assert content.title == "반품 안내"
    assert content.blocks == (
        Paragraph("절차는 여기에 있다. 둘째 줄"),
        ListItem("• 갑", 1),
        ListItem("1. 하나", 2),
        ListItem("2. 둘", 2),
        ListItem("• 을", 1),
        Paragraph("코드"),
        Paragraph("블록"),
    )


def test_lines_that_only_the_margin_broke_are_joined() -> None:
    wrapped = "이 규정은 임직원이 업무로 출장할 때 드는 여비의 지급\n기준과 절차를 정함을 목적으로 하며 모든 사원에게도\n"
    wrapped += "똑같이 적용한다.\n"
    kept = "받는 사람: 전 직원\n보낸 사람: 총무팀\n"
    assert read((wrapped + "\n" + kept).encode(), "a.txt").blocks == (
        Paragraph(" ".join(wrapped.split("\n")).strip()),
        Paragraph("받는 사람: 전 직원"),
        Paragraph("보낸 사람: 총무팀"),
    )


def test_form_feeds_end_pages() -> None:
    content = read("첫 쪽입니다.\n\f둘째 쪽입니다.\n\f".encode(), "a.txt")
    assert content.blocks == (Paragraph("첫 쪽입니다.", 1), Paragraph("둘째 쪽입니다.", 2))
    assert content.page_count == 2


def test_a_mail_of_an_old_programme_is_read() -> None:
    """CP949 in its fields and body without saying so."""
    mail = "From: 총무팀 <ga@example.com>\r\nTo: all@example.com\r\nSubject: 회식 안내\r\n\r\n금요일 여섯 시입니다.\r\n"
    assert read(mail.encode("cp949"), "a.eml").blocks == (
        Heading(1, "회식 안내"),
        Paragraph("보낸 사람: 총무팀 <ga@example.com>"),
        Paragraph("받는 사람: all@example.com"),
        Paragraph("금요일 여섯 시입니다."),
    )


def test_parts_of_a_mail_have_encodings_of_their_own() -> None:
    mail = (
        b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain; charset=euc-kr\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "본문입니다.".encode("euc-kr")
        + b"\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        b'Content-Disposition: attachment; filename="a.txt"\r\n\r\n'
        + "첨부입니다.".encode()
        + b"\r\n--b--\r\n"
    )
    said = [block.text for block in read(mail, "a.eml").blocks if not isinstance(block, Table)]
    assert said[-3:] == ["본문입니다.", "첨부: a.txt", "첨부입니다."]


def test_a_mail_in_a_mail_is_a_section() -> None:
    inner, outer = EmailMessage(), EmailMessage()
    for message, subject in ((inner, "원래 문의"), (outer, "전달: 문의")):
        message["Subject"], message["From"] = subject, "a@example.com"
        message.set_content(f"{subject} 본문")
    outer.add_attachment(inner)
    headings = [block for block in read(outer.as_bytes(), "a.eml").blocks if isinstance(block, Heading)]
    assert [(heading.level, heading.text) for heading in headings] == [
        (1, "전달: 문의"),
        (2, "첨부: message/rfc822"),
        (3, "원래 문의"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_broken_byte_loses_a_letter_and_not_the_text(encoding: str) -> None:
    data = "반품 절차를 다음과 같이 안내합니다. 고객센터가 접수합니다.".encode(encoding)
    (block,) = read(data[:-1].replace("접수".encode(encoding), b"\xff"), "a.txt").blocks
    assert isinstance(block, Paragraph)
    assert block.text.startswith("반품 절차를 다음과 같이 안내합니다. 고객센터가 ")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.hwp", "a.bin"])
def test_bytes_that_are_no_text_are_no_text(name: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(b"\xc3\x28\xa0\xa1\xff\xfd" * 50, name)
    known = name in ("a.txt", "a.hwp")
    assert raised.value.cause is (Cause.WRONG_EXTENSION if known else Cause.UNKNOWN_FORMAT)


def test_the_only_outermost_heading_near_the_top_is_the_title() -> None:
    page = "<html><title>사내 포털</title><body><p>2026-01-05</p><h1>반품 절차</h1><p>글</p>{}</body></html>"
    assert read(page.format("").encode(), "a.html").title == "반품 절차"
    assert read(page.format("<h1>교환 절차</h1>").encode(), "a.html").title == "사내 포털"


def test_html_without_an_extension_is_known() -> None:
    assert read("<!-- 사내 --><html><p>글".encode(), "page").media_type == Format.HTML
