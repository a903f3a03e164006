"""What only a real browser shows: input methods, layout, colours, scrolling, broken lines, its policies."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.chromium import open_page, overflow_px
from tests.integration.web.fake_edge import BREAK, CONVERSATION, REPOSITORY, FakeEdge
from tests.integration.web.scripts import ANSWER, ASKED_BACK, QUESTION, REFUSED, STEPS, TEXT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 360, "desk": 1280}


@dataclass
class Opened:
    page: Page
    complaints: list[str]
    edge: FakeEdge

    def ask(self, question: str) -> None:
        expect(self.page.get_by_role("button", name="보내기")).to_be_visible()  # one question at a time
        self.page.get_by_role("textbox").fill(question)
        self.page.keyboard.press("Enter")

    def scroll_y(self) -> float:
        y: float = self.page.evaluate("scrollY")
        return y

    def at_bottom(self) -> bool:
        below: bool = self.page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
        return below


@pytest.fixture
def opened(request: pytest.FixtureRequest, browser: Browser, edge: FakeEdge) -> Iterator[Opened]:
    """The page of somebody who is signed in; parameters: width, colour scheme."""
    size, scheme = getattr(request, "param", ("desk", "light"))
    context = browser.new_context(
        viewport={"width": WIDTHS[size], "height": 740},
        color_scheme=scheme,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
    )
    context.add_init_script(edge.signed_in)
    page, complaints = open_page(context)
    page.goto(edge.url)
    yield Opened(page, complaints, edge)
    context.close()


EVERY_LOOK = pytest.mark.parametrize(
    "opened", [(size, scheme) for size in WIDTHS for scheme in ("light", "dark")], indirect=True, ids="-".join
)


@EVERY_LOOK
def test_every_kind_of_answer_fits_and_is_accessible(opened: Opened, tmp_path: Path) -> None:
    page, scripts = opened.page, opened.edge.scripts
    scripts |= {QUESTION: ANSWER, "한빛 매출은?": ASKED_BACK, "발주 취소해줘": REFUSED}
    look(opened, tmp_path / "empty.png")
    opened.ask(QUESTION)
    expect(page.get_by_text(TEXT, exact=True)).to_be_visible()
    look(opened, tmp_path / "answer.png")
    opened.ask("발주 취소해줘")
    opened.ask("한빛 매출은?")
    expect(page.get_by_role("button", name="한빛전자")).to_be_enabled()
    look(opened, tmp_path / "choices.png")
    assert opened.complaints == []


def look(opened: Opened, file: Path) -> None:
    """Nothing sticks out, and axe finds nothing, colours included."""
    assert overflow_px(opened.page) == 0
    opened.page.screenshot(path=file)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = opened.page.evaluate("axe.run().then(({violations}) => violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_the_table_is_exact_and_its_text_is_only_text(opened: Opened) -> None:
    opened.edge.scripts[QUESTION] = ANSWER
    opened.ask(QUESTION)
    table = opened.page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["거래처", "매출 (원)", "전년 동월 매출 (원)", "증감 (원)", "증감률 (%)", "수량 (EA)"]
    )
    expect(table.get_by_role("row").nth(4).get_by_role("rowheader")).to_have_text("<script>alert(1)</script>")
    expect(table.get_by_role("row").nth(4).get_by_role("cell")).to_have_text(
        ["90,071,992,547,409,928", "1,234,567,893", "-3,234,567", "값 없음", "3,000"]
    )
    expect(table.get_by_role("row").nth(6).get_by_role("cell").nth(3)).to_have_text("5.3")
    head = table.get_by_role("columnheader").first
    before = head.bounding_box()
    opened.page.locator(".scroller").evaluate("(element) => element.scrollTo(0, 300)")
    assert head.bounding_box() == before
    assert opened.complaints == []


@pytest.mark.parametrize("opened", [("phone", "light")], indirect=True, ids=["phone"])
def test_a_figure_that_is_cut_off_fades(opened: Opened) -> None:
    opened.edge.scripts[QUESTION] = ANSWER
    opened.ask(QUESTION)
    frame, scroller = opened.page.locator(".frame"), opened.page.locator(".scroller")
    expect(frame).to_have_class("frame cut-after")
    name = opened.page.get_by_role("rowheader").first
    before = name.bounding_box()
    scroller.evaluate("(element) => element.scrollTo(200, 0)")
    expect(frame).to_have_class("frame cut-after cut-before")
    scroller.evaluate("(element) => element.scrollTo(9999, 0)")
    expect(frame).to_have_class("frame cut-before")
    assert name.bounding_box() == before, "the names stay beside their figures"


class KoreanInputMethod:
    """Types into the focused box as Korean input methods do, through the browser's own composition events."""

    def __init__(self, page: Page) -> None:
        self.devtools: CDPSession = page.context.new_cdp_session(page)

    def compose(self, *texts: str) -> None:
        for text in texts:
            at = len(text)
            self.devtools.send(
                "Input.imeSetComposition", {"text": text, "selectionStart": at, "selectionEnd": at}
            )

    def commit(self, text: str) -> None:
        self.devtools.send("Input.insertText", {"text": text})

    def press_enter(self, *, handled: bool) -> None:
        """Enter as the page sees it while an input method handles it, or as itself."""
        code = 229 if handled else 13
        key = {"code": "Enter", "key": "Process" if handled else "Enter", "windowsVirtualKeyCode": code}
        down = {"type": "rawKeyDown"} if handled else {"type": "keyDown", "text": "\r"}
        self.devtools.send("Input.dispatchKeyEvent", {**key, **down})
        self.devtools.send("Input.dispatchKeyEvent", {**key, "type": "keyUp"})


@pytest.mark.parametrize("repeats_enter", [False, True], ids=["windows", "macos"])
def test_korean_enter_sends_the_whole_question_once(opened: Opened, repeats_enter: bool) -> None:
    opened.edge.scripts["매출은"] = ANSWER
    opened.page.get_by_role("textbox").focus()
    korean = KoreanInputMethod(opened.page)
    korean.compose("ㅁ", "매")
    korean.commit("매")
    korean.compose("ㅊ", "추", "출")
    korean.commit("출")
    korean.compose("ㅇ", "으", "은")
    korean.press_enter(handled=True)
    korean.commit("은")
    if repeats_enter:
        korean.press_enter(handled=False)
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    assert [request.question for request in opened.edge.asked] == ["매출은"]
    expect(opened.page.get_by_role("textbox")).to_have_value("")


def test_a_broken_line_is_taken_up_where_it_broke(opened: Opened) -> None:
    seen = threading.Event()
    opened.edge.scripts[QUESTION] = [*ANSWER[:7], seen, BREAK, *ANSWER[7:]]
    opened.ask(QUESTION)
    expect(opened.page.locator(".prose")).to_be_visible()
    seen.set()
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    assert [request.after_sequence for request in opened.edge.watched] == [7]
    assert len(opened.edge.asked) == 1


def test_a_question_whose_answer_never_arrived_is_repeated_under_its_id(opened: Opened) -> None:
    opened.edge.scripts[QUESTION] = [BREAK, *ANSWER]
    opened.ask(QUESTION)
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    first, second = opened.edge.asked
    assert first == second


def test_a_reload_shows_the_conversation_again(opened: Opened) -> None:
    opened.edge.scripts[QUESTION] = ANSWER
    opened.ask(QUESTION)
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    opened.page.reload()
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    expect(opened.page.get_by_role("table")).to_be_visible()
    assert opened.page.url == f"{opened.edge.url}/{CONVERSATION}"
    opened.page.get_by_role("button", name="새 대화").click()
    expect(opened.page.get_by_role("heading", name="이렇게 물어볼 수 있습니다")).to_be_visible()
    assert opened.page.url == f"{opened.edge.url}/"


def test_stop_keeps_the_text_so_far(opened: Opened) -> None:
    never = threading.Event()
    opened.edge.scripts[QUESTION] = [*ANSWER[:6], never]
    opened.ask(QUESTION)
    expect(opened.page.get_by_role("table")).to_be_visible()
    expect(opened.page.get_by_text(STEPS[-1])).to_be_visible()
    opened.page.get_by_role("button", name="중지").click()
    expect(opened.page.get_by_text("중지했습니다.").first).to_be_visible()
    expect(opened.page.get_by_role("button", name="보내기")).to_be_visible()
    never.set()
    assert opened.edge.cancelled == [f"{CONVERSATION}/turns/t1"]


def test_who_reads_above_is_left_in_peace(opened: Opened) -> None:
    grows, grows_again = threading.Event(), threading.Event()
    slow = [*ANSWER[:4], grows, *ANSWER[4:8], grows_again, *ANSWER[8:]]
    opened.edge.scripts |= {QUESTION: ANSWER, "다시": slow}
    opened.ask(QUESTION)
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    assert opened.at_bottom()
    opened.ask("다시")
    expect(opened.page.get_by_text(STEPS[-1]).last).to_be_visible()
    assert opened.at_bottom()
    grows.set()
    expect(opened.page.get_by_role("table")).to_have_count(2)
    assert opened.at_bottom()
    opened.page.mouse.move(640, 100)
    opened.page.mouse.wheel(0, -500)
    opened.page.wait_for_function("scrollY + innerHeight < document.documentElement.scrollHeight - 300")
    above = opened.scroll_y()
    grows_again.set()
    expect(opened.page.get_by_text(TEXT, exact=True)).to_have_count(2)
    assert opened.scroll_y() == above


def test_all_by_keyboard(opened: Opened) -> None:
    opened.edge.scripts |= {"한빛 매출은?": ASKED_BACK, "한빛상사(주)": ANSWER}
    expect(opened.page.get_by_role("textbox")).to_be_focused()
    opened.page.keyboard.type("한빛 매출은?")
    opened.page.keyboard.press("Enter")
    choice = opened.page.get_by_role("button", name="한빛상사")
    expect(choice).to_be_enabled()
    for _ in range(20):
        if choice.evaluate("(element) => element === document.activeElement"):
            break
        opened.page.keyboard.press("Shift+Tab")
    expect(choice).to_be_focused()
    opened.page.keyboard.press("Enter")
    expect(opened.page.get_by_text(TEXT, exact=True)).to_be_visible()
    assert opened.edge.asked[-1].choice_number == 1
    expect(opened.page.get_by_role("textbox")).to_be_focused()
