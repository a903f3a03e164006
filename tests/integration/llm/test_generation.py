"""What the model writes, through Triton."""

import asyncio
import re

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.errors import LanguageModelRejected
from services.chat.ports import FinishReason, GenerationChunk, GenerationRequest
from tests.integration.llm.running_triton import RunningTriton, become

pytestmark = pytest.mark.model

PREFIX = "당신은 회사 업무를 돕는 사람입니다. 질문에 대해 사실만 정확하게 짧게 답합니다.\n" * 4


async def written(llm: TritonLanguageModel, request: GenerationRequest) -> tuple[list[str], GenerationChunk]:
    """The pieces of text, and the last chunk."""
    chunks = [chunk async for chunk in llm.generate(request)]
    assert all(chunk.finish_reason is None for chunk in chunks[:-1])
    return [chunk.text for chunk in chunks], chunks[-1]


async def test_text_is_streamed_with_its_figures(llm: TritonLanguageModel) -> None:
    pieces, last = await written(llm, GenerationRequest(f"{PREFIX}질문: 지난달 매출은?\n답:", 12))
    assert len([piece for piece in pieces if piece]) >= 10, "token by token"
    assert last.finish_reason is FinishReason.LENGTH
    assert last.usage is not None
    assert last.usage.completion_tokens == 12
    assert last.usage.prompt_tokens > 60
    assert last.timings is not None
    assert last.timings.prefill_ms > 0
    assert last.timings.decode_ms > 0


async def test_equal_requests_give_equal_text(llm: TritonLanguageModel) -> None:
    request = GenerationRequest(f"{PREFIX}질문: 이번 달 발주는?\n답:", 12)
    assert "".join((await written(llm, request))[0]) == "".join((await written(llm, request))[0])


async def test_a_shared_beginning_is_read_once(llm: TritonLanguageModel) -> None:
    _, first = await written(llm, GenerationRequest(f"{PREFIX}질문: 재고가 가장 많은 품목은?\n답:", 2))
    _, second = await written(llm, GenerationRequest(f"{PREFIX}질문: 미수금이 있는 거래처는?\n답:", 2))
    assert first.usage is not None
    assert second.usage is not None
    assert second.usage.cached_tokens > 0.6 * second.usage.prompt_tokens


async def test_a_stop_string_ends_the_text(llm: TritonLanguageModel) -> None:
    pieces, last = await written(llm, GenerationRequest("하나, 둘, 셋, 넷, 하나, 둘,", 60, stop=("넷",)))
    assert last.finish_reason is FinishReason.STOP
    assert "넷" not in "".join(pieces)


FINITE = (
    'root ::= " " opening subject amount ending\nopening ::= "" | "네, " | "확인해 보니 "\n'
    'subject ::= "10월 매출은 " | "지난달 매출은 "\namount ::= "1,234,567,000원" | "약 12.3억 원"\n'
    'ending ::= "입니다." | "이에요." | "으로 집계됐습니다."'
)
FINITE_SENTENCE = (
    r" (네, |확인해 보니 )?(10월|지난달) 매출은 (1,234,567,000원|약 12\.3억 원)"
    r"(입니다|이에요|으로 집계됐습니다)\."
)


@pytest.mark.parametrize(
    ("grammar", "sentence"),
    [
        pytest.param(FINITE, FINITE_SENTENCE, id="finite"),
        pytest.param('root ::= " " [0-9]{3,6} "개"', r" \d{3,6}개", id="sampled"),
        pytest.param(
            'root ::= "뷁" "쀍" | "쀍뷁" | "뷁뛣"', "뷁쀍|쀍뷁|뷁뛣", id="characters that are no tokens"
        ),
        pytest.param('root ::= " 매출" (" 없음")?', " 매출( 없음)?", id="may end"),
        pytest.param('root ::= " 그대로입니다."', r" 그대로입니다\.", id="one sentence"),
        pytest.param('root ::= "\\"가\\"\\n" | "\\\\나"', '"가"\n|\\\\나', id="escapes"),
    ],
)
@pytest.mark.parametrize("temperature", [0.0, 1.5])
async def test_the_text_is_a_sentence_of_the_grammar(
    llm: TritonLanguageModel, grammar: str, sentence: str, temperature: float
) -> None:
    request = GenerationRequest(
        "질문: 지난달 매출은?\n답:", 120, temperature=temperature, seed=7, grammar=grammar
    )
    pieces, last = await written(llm, request)
    assert re.fullmatch(sentence, "".join(pieces))
    assert last.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(("stop", "written_text"), [(("\n",), " 매출"), (("매출", "\n"), " ")])
async def test_a_stop_string_ends_a_sentence_of_a_grammar(
    llm: TritonLanguageModel, stop: tuple[str, ...], written_text: str
) -> None:
    grammar = 'root ::= " 매출" "\\n" ("가" | "나")'
    pieces, last = await written(llm, GenerationRequest("답:", 20, stop=stop, grammar=grammar))
    assert ("".join(pieces), last.finish_reason) == (written_text, FinishReason.STOP)


async def test_a_bounded_text_is_the_beginning_of_a_sentence(llm: TritonLanguageModel) -> None:
    sentence = " 지난달 매출은 십이억 삼천사백오십육만 칠천 원으로 집계되었습니다."
    pieces, last = await written(llm, GenerationRequest("답:", 10, grammar=f'root ::= "{sentence}"'))
    assert last.finish_reason is FinishReason.LENGTH
    assert sentence.startswith("".join(pieces))
    assert 0 < len("".join(pieces)) < len(sentence)


async def test_no_text_is_longer_than_the_model_allows(llm: TritonLanguageModel) -> None:
    pieces, last = await written(llm, GenerationRequest("답:", 100_000, grammar=f'root ::= "{"가" * 2000}"'))
    assert last.finish_reason is FinishReason.LENGTH
    assert "".join(pieces) == "가" * 512


async def test_sequences_are_decoded_together(llm: TritonLanguageModel) -> None:
    started = asyncio.Barrier(8)

    async def write(number: int) -> None:
        chunks = llm.generate(GenerationRequest(f"{number}번 이야기. 옛날에", 40))
        await anext(chunks)
        await started.wait()  # all have begun while none has ended
        async for _ in chunks:
            pass

    async with asyncio.timeout(50):
        await asyncio.gather(*(write(number) for number in range(8)))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (GenerationRequest("가 " * 1500, 4), r"prompt has \d+ tokens, at most 1024"),
        (GenerationRequest("가" * 100_000, 4), "far longer than 1024 tokens"),
        (GenerationRequest("", 4), "text_input is missing or empty"),
        (GenerationRequest("가", 0), "max_tokens must be at least 1"),
        (GenerationRequest("가", 4, temperature=9), "temperature must be"),
        (GenerationRequest("가", 4, grammar='root ::= "가'), "grammar can't be parsed"),
        (GenerationRequest("가", 4, grammar="root ::= missing"), "grammar can't be parsed"),
        (GenerationRequest("가", 4, grammar=""), "with a guided_decoding_guide"),
        (GenerationRequest("가", 4, grammar=f'root ::= "{"가" * 100_000}"'), "grammar is longer than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cant_be_served_is_refused_with_the_reason(
    llm: TritonLanguageModel, triton: RunningTriton, request_: GenerationRequest, words: str
) -> None:
    with pytest.raises(LanguageModelRejected, match=words):
        await anext(llm.generate(request_))
    _, last = await written(llm, GenerationRequest("다음 말:", 2))
    assert last.finish_reason is FinishReason.LENGTH, "the next request is served"


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({"text_input": b"\xff\xfe"}, "text_input is no UTF-8"),
        ({"text_input": b"ok", "guided_decoding_guide_type": b"regex", "guided_decoding_guide": b"a"},
         "guide_type must be ebnf_grammar"),
        ({"text_input": b"ok", "guided_decoding_guide": b'root ::= "a"'}, "guide_type must be ebnf_grammar"),
    ],
)  # fmt: skip
async def test_raw_tensors_are_checked(
    channel: grpc.aio.Channel, tensors: dict[str, bytes], words: str
) -> None:
    request = service_pb2.ModelInferRequest(model_name="llm", id="raw")
    for name, value in tensors.items():
        contents = service_pb2.InferTensorContents(bytes_contents=[value])
        request.inputs.add(name=name, datatype="BYTES", shape=[1], contents=contents)
    call = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelStreamInfer(iter([request]))
    (response,) = [response async for response in call]
    assert words in response.error_message


async def test_the_log_has_the_trace_and_no_text(triton: RunningTriton, channel: grpc.aio.Channel) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    request = service_pb2.ModelInferRequest(model_name="llm", id="traced")
    for name, value in {
        "text_input": "비밀스러운 질문",
        "guided_decoding_guide_type": "ebnf_grammar",
        "guided_decoding_guide": 'root ::= "비밀스러운 답',
    }.items():
        contents = service_pb2.InferTensorContents(bytes_contents=[value.encode()])
        request.inputs.add(name=name, datatype="BYTES", shape=[1], contents=contents)
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    (refused,) = [
        response
        async for response in stub.ModelStreamInfer(iter([request]), metadata=(("traceparent", trace),))
    ]
    assert "grammar" in refused.error_message
    request.inputs[2].contents.bytes_contents[0] = 'root ::= "비밀스러운 답"'.encode()
    async for response in stub.ModelStreamInfer(iter([request]), metadata=(("traceparent", trace),)):
        assert not response.error_message
    line = f"generation request_id=traced traceparent={trace} finish_reason=stop"
    await become(lambda: line in triton.log.read_text(), True, seconds=5)
    assert "비밀" not in triton.log.read_text()
