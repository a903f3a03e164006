"""The embedder and the intent model on a real Triton."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import yaml
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.adapters.intent_triton import TritonIntentModel
from services.kit.metrics import Metrics

SENTENCES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "intent" / "sentences.yaml").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.model


async def infer(channel: grpc.aio.Channel, model: str, **tensors: Sequence[bytes]) -> dict[str, bytes]:
    """The raw outputs of one call with these string tensors."""
    request = service_pb2.ModelInferRequest(model_name=model)
    for name, values in tensors.items():
        request.inputs.add(
            name=name,
            datatype="BYTES",
            shape=[len(values), 1],
            contents=service_pb2.InferTensorContents(bytes_contents=values),
        )
    stub: Any = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    response = await stub.ModelInfer(request)
    return {o.name: raw for o, raw in zip(response.outputs, response.raw_output_contents, strict=True)}


async def embed(channel: grpc.aio.Channel, texts: Sequence[str], kind: str = "query") -> Any:
    outputs = await infer(
        channel, "embedder", text=[text.encode() for text in texts], kind=[kind.encode()] * len(texts)
    )
    return np.frombuffer(outputs["embedding"], dtype=np.float32).reshape(-1, 384)


async def test_texts_are_embedded_together_and_from_several_callers(channel: grpc.aio.Channel) -> None:
    texts = [f"{month}월 매출 얼마야?" for month in range(1, 9)]
    together = await embed(channel, texts)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(8), abs=1e-5)
    alone = await asyncio.gather(*(embed(channel, [text]) for text in texts))
    assert np.vstack(alone) == pytest.approx(together, abs=1e-5)


@pytest.mark.parametrize(
    ("model", "tensors", "message"),
    [
        ("embedder", {"text": [b" "], "kind": [b"query"]}, "text is empty"),
        ("embedder", {"text": [b"\xff"], "kind": [b"query"]}, "UTF-8"),
        ("embedder", {"text": [b"a" * 4001], "kind": [b"query"]}, "4001 characters"),
        ("embedder", {"text": [b"a"], "kind": [b"other"]}, "query or passage"),
        ("embedder", {"text": [b"a"] * 9, "kind": [b"query"] * 9}, "batch"),
        ("embedder", {"text": [b"a"]}, "kind"),
        ("intent", {"text": [b""]}, "text is empty"),
        ("intent", {"text": [b"\0"]}, "text is empty"),
        ("intent", {"text": [b"\xff"]}, "UTF-8"),
        ("intent", {"text": ["가".encode() * 301]}, "301 characters, at most 300"),
    ],
)
async def test_what_is_wrong_is_an_invalid_argument(
    channel: grpc.aio.Channel, model: str, tensors: dict[str, list[bytes]], message: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match=message) as refused:
        await infer(channel, model, **tensors)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_wrong_text_spoils_no_others(channel: grpc.aio.Channel) -> None:
    async def one(text: str) -> bool:
        try:
            await embed(channel, [text])
        except grpc.aio.AioRpcError:
            return False
        return True

    texts = ["매출", " ", "재고", "가" * 4001, "미수금"] * 4
    assert await asyncio.gather(*(one(text) for text in texts)) == [True, False, True, False, True] * 4


async def test_what_it_is_sure_of_is_right(channel: grpc.aio.Channel) -> None:
    intents = TritonIntentModel(channel, "intent", 20.0, Metrics())
    sure = 0
    for label, texts in SENTENCES.items():
        for text in texts:
            intent = await intents.classify(text)
            assert intent is not None
            assert intent.model == "intent/1"
            assert intent.label in (label, "unsure"), text
            sure += intent.label == label
    assert sure >= sum(map(len, SENTENCES.values())) / 2


async def test_probabilities_add_up_to_one(channel: grpc.aio.Channel) -> None:
    outputs = await infer(channel, "intent", text=["지난달 매출".encode(), "안녕".encode()])
    found = np.frombuffer(outputs["probabilities"], dtype=np.float32).reshape(2, 6)
    assert found.sum(1) == pytest.approx(np.ones(2), abs=1e-5)
    assert np.frombuffer(outputs["probability"], dtype=np.float32) == pytest.approx(found.max(1))
