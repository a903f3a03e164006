import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.metrics import Metrics


def count(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"{name}_count", labels)


def statements(metrics: Metrics, kind: str, error: str = "") -> float | None:
    labels = {"db_system_name": "sqlite", "db_operation_name": kind, "error_type": error}
    return count(metrics, "db_client_operation_duration_seconds", **labels)


def test_statements_are_counted_by_kind() -> None:
    metrics = Metrics()
    engine = create_engine("sqlite://")
    metrics.instrument_engine(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        connection.execute(text("insert into t values (1), (2)"))
        connection.execute(text("/* a note */ SELECT * FROM t"))
        connection.execute(text("WITH u AS (SELECT 1) SELECT * FROM u"))
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT * FROM missing"))
        connection.execute(text("SELECT 2"))
    engine.dispose()
    assert statements(metrics, "CREATE") == 1
    assert statements(metrics, "INSERT") == 1
    assert statements(metrics, "SELECT") == 2
    assert statements(metrics, "WITH") == 1
    assert statements(metrics, "SELECT", "OperationalError") == 1


async def test_statements_of_an_async_engine_count_too() -> None:
    metrics = Metrics()
    engine = create_async_engine("sqlite+aiosqlite://")
    metrics.instrument_engine(engine)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await engine.dispose()
    assert statements(metrics, "SELECT") == 1


def test_a_model_call_is_timed_to_its_first_response_and_its_end() -> None:
    metrics = Metrics()
    with metrics.triton_call("llm") as call:
        call.first_response()
        first = call.first_response_seconds
        call.first_response()
        assert call.first_response_seconds == first
    with pytest.raises(ConnectionError), metrics.triton_call("llm"):
        raise ConnectionError
    name = "gen_ai_client_operation_duration_seconds"
    assert count(metrics, name, gen_ai_request_model="llm", error_type="") == 1
    assert count(metrics, name, gen_ai_request_model="llm", error_type="ConnectionError") == 1
    first_chunk = "gen_ai_client_operation_time_to_first_chunk_seconds"
    assert count(metrics, first_chunk, gen_ai_request_model="llm") == 1
