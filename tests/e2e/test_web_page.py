"""A person at the web page of the real mesh: signs in at the issuer, asks, stops, chooses, signs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chromium import headless_chromium, open_page, overflow_px
from tests.e2e.mesh import Mesh

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(180)]

USER, NAME, PASSWORD = "kim.sales", "김민준", "maru-demo"
FIRST_QUESTION = "지난달 매출 상위 5개 거래처는?"
LONG_QUESTION = "올해 월별 매출 추이"
AMBIGUOUS_QUESTION = "지난달 대성 매출은?"
PHONE = {"width": 360, "height": 740}
ANSWER_MS = 60_000


@dataclass
class Visit:
    """Somebody at the page, and what their browser complained about."""

    page: Page
    complaints: list[str]
    edge_url: str

    def sign_in(self) -> None:
        self.page.goto(self.edge_url)
        self.page.get_by_role("button", name="로그인").click()
        self.page.wait_for_url("**/realms/maru/**")
        self.page.locator("#username").fill(USER)
        self.page.locator("#password").fill(PASSWORD)
        self.page.get_by_role("button").first.click()
        self.page.wait_for_url(f"{self.edge_url}/")

    def ask(self, question: str) -> Locator:
        """Types a question and sends it; returns where its answer appears."""
        self.page.get_by_role("textbox", name="질문").fill(question)
        self.page.keyboard.press("Enter")
        return self.page.get_by_role("article", name=question, exact=True).last

    def wait_for_end(self) -> None:
        expect(self.page.get_by_role("button", name="보내기")).to_be_visible(timeout=ANSWER_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless_chromium() as opened:
        yield opened


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Browser, mesh: Mesh) -> Iterator[Visit]:
    """Somebody who is signed in; parameter: the window's size."""
    size = getattr(request, "param", {"width": 1280, "height": 800})
    context = browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul", viewport=size)
    page, complaints = open_page(context)
    visit = Visit(page, complaints, mesh.edge_url)
    visit.sign_in()
    yield visit
    context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("button", "ending", "start"), [("엑셀로 저장", ".xlsx", b"PK"), ("CSV로 저장", ".csv", b"\xef\xbb\xbf")]
)
def test_the_result_is_saved_as_a_file(
    visit: Visit, tmp_path: Path, button: str, ending: str, start: bytes
) -> None:
    answer = visit.ask(FIRST_QUESTION)
    visit.wait_for_end()
    with visit.page.expect_download() as download:
        answer.get_by_role("button", name=button).click()
    name = download.value.suggested_filename
    assert name.startswith("매출_")
    assert name.endswith(ending)
    download.value.save_as(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_sign_in_ask_and_sign_out(visit: Visit) -> None:
    expect(visit.page.get_by_text(NAME)).to_be_visible()
    answer = visit.ask(FIRST_QUESTION)
    expect(answer.get_by_role("table")).to_be_visible(timeout=ANSWER_MS)
    visit.wait_for_end()
    assert answer.get_by_role("row").count() >= 6, "a heading and five customers"
    expect(answer.get_by_role("columnheader").last).to_contain_text("(원)")
    expect(answer.locator(".prose")).not_to_be_empty()
    for words in ("조건", "정의", "데이터 기준", "문장 작성"):
        expect(answer.get_by_text(words, exact=True)).to_be_visible()
    expect(answer.locator(".policy").first).to_be_visible()

    visit.page.reload()
    expect(answer.get_by_role("table")).to_be_visible()
    visit.page.get_by_role("button", name="로그아웃").click()
    expect(visit.page.get_by_text("로그아웃했습니다.")).to_be_visible()
    visit.page.go_back()
    visit.page.goto(visit.edge_url)
    expect(visit.page.get_by_role("button", name="로그인")).to_be_visible()


@pytest.mark.parametrize("visit", [PHONE, {"width": 1280, "height": 800}], indirect=True)
@pytest.mark.parametrize(("question", "drawn"), [(FIRST_QUESTION, "rect"), (LONG_QUESTION, "polyline")])
def test_a_result_is_drawn_below_its_table(visit: Visit, question: str, drawn: str) -> None:
    answer = visit.ask(question)
    visit.wait_for_end()
    chart = answer.get_by_role("img")
    expect(chart).to_be_visible()
    assert chart.locator(drawn).count() > 0
    edges = "card => [card.querySelector('.result'), card.querySelector('.chart')].map(e => e.getBoundingClientRect())"
    table, picture = answer.evaluate(edges)
    assert picture["top"] >= table["bottom"]
    assert overflow_px(visit.page) == 0


def test_stop(visit: Visit) -> None:
    answer = visit.ask(LONG_QUESTION)
    visit.page.get_by_role("button", name="중지").click()
    expect(answer.get_by_text("중지했습니다.")).to_be_visible()
    visit.wait_for_end()
    again = visit.ask(FIRST_QUESTION)
    expect(again.get_by_role("table")).to_be_visible(timeout=ANSWER_MS)
    visit.wait_for_end()


def test_a_question_back_is_answered_by_a_click(visit: Visit) -> None:
    asked_back = visit.ask(AMBIGUOUS_QUESTION)
    choices = asked_back.locator(".choices button")
    expect(choices.first).to_be_enabled(timeout=ANSWER_MS)
    assert choices.count() >= 2
    choices.nth(1).click()
    expect(visit.page.get_by_role("article")).to_have_count(2)
    visit.wait_for_end()
    expect(visit.page.get_by_role("article").last.locator(".provenance")).to_contain_text("데이터 기준")
    expect(choices.first).to_be_disabled()


@pytest.mark.parametrize("visit", [PHONE], indirect=True, ids=["phone"])
def test_nothing_sticks_out_of_a_phone(visit: Visit) -> None:
    assert overflow_px(visit.page) == 0
    visit.ask(LONG_QUESTION)
    visit.wait_for_end()
    assert overflow_px(visit.page) == 0


def test_a_refusal_is_no_failure(visit: Visit) -> None:
    answer = visit.ask("지난달 발주 취소해줘")
    visit.wait_for_end()
    expect(answer.locator(".answer.calm .prose")).not_to_be_empty()
    expect(answer.locator(".failure")).to_have_count(0)
