"""maru.admin.v1.AuditService in front of the real chain: pages, who may read, and that reading is recorded."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from maru.admin.v1 import audit_log_service_pb2 as log_pb
from maru.admin.v1 import audit_service_pb2 as pb
from maru.admin.v1.audit_log_service_pb2_grpc import (
    AuditLogServiceStub,
    add_AuditLogServiceServicer_to_server,
)
from maru.admin.v1.audit_service_pb2_grpc import AuditServiceStub
from maru.retrieval.v1.access_pb2 import AccessList, Principals

from services.admin.app import app as admin_app
from services.admin.settings import Settings as AdminSettings
from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.servicer import AuditLogServicer
from services.kit.auth import TokenVerifier
from services.kit.server import App, Chassis, Mounted, serving
from services.kit.settings import ServiceSettings
from services.kit.testing import LOOPBACK, Issuer
from services.kit.workload import METADATA_KEY, WorkloadSigner, WorkloadVerifier, write_keys

ENTRIES = 7


class ChainSettings(ServiceSettings):
    name: ClassVar[str] = "chat"


@dataclass
class House:
    """The admin service and the keeper of the chain, which know each other's keys."""

    audit: Any
    chain: Any
    issuer: Issuer
    keys: Path

    def auditor(self, name: str = "seo") -> dict[str, Any]:
        return {"metadata": self.issuer.metadata(name, roles={"employee", "auditor"})}

    def service(self, name: str, roles: set[str]) -> dict[str, Any]:
        """A call as another service makes it for somebody."""
        signer = WorkloadSigner.from_file(name, self.keys / "workload" / f"{name}.pem")
        token = self.issuer.metadata("kim", roles=roles)
        return {"metadata": (*token, (METADATA_KEY, signer.assertion("chat")))}

    async def append(self, request_id: str, resource: str = "csv", service: str = "erp") -> Any:
        entry = pb.AuditEntry(
            action=pb.AuditEntry.ACTION_EXPORT, resource=resource, outcome="OUTCOME_ANSWERED",
            username="mallory", subject="mallory", hash="0" * 64,
        )  # fmt: skip
        request = log_pb.AppendAuditEntryRequest(audit_entry=entry, request_id=request_id)
        response = await self.chain.AppendAuditEntry(request, **self.service(service, {"employee"}))
        return response.audit_entry


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    issuer = Issuer()
    write_keys(tmp_path, ("chat", "erp", "admin", "retrieval", "sync"))

    def trust(name: str) -> tuple[TokenVerifier, WorkloadVerifier, WorkloadSigner]:
        return (
            issuer.verifier(),
            WorkloadVerifier(tmp_path / "workload.jwks.json", name),
            WorkloadSigner.from_file(name, tmp_path / "workload" / f"{name}.pem"),
        )

    @asynccontextmanager
    async def chain_app(settings: ChainSettings, chassis: Chassis) -> AsyncIterator[App]:
        anchor = AnchorFile(tmp_path / "head.jws", chassis.signer)
        async with sql_conversations(
            f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite", chassis.metrics, anchor
        ) as store:
            yield App(
                [Mounted(add_AuditLogServiceServicer_to_server, AuditLogServicer(store.audit, chassis.clock))]
            )

    async with serving(ChainSettings(**LOOPBACK), chain_app, *trust("chat")) as chain:
        settings = AdminSettings(**LOOPBACK, chat_url=f"grpc://127.0.0.1:{chain.port}")
        async with (
            serving(settings, admin_app, *trust("admin")) as admin,
            grpc.aio.insecure_channel(f"127.0.0.1:{admin.port}") as edge,
            grpc.aio.insecure_channel(f"127.0.0.1:{chain.port}") as mesh,
        ):
            yield House(AuditServiceStub(edge), AuditLogServiceStub(mesh), issuer, tmp_path)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call
    details: Any = dict(failure.value.trailing_metadata() or ())["grpc-status-details-bin"]
    said = error_details_pb2.ErrorInfo()
    status_pb2.Status.FromString(details).details[0].Unpack(said)
    return said.reason


async def test_who_did_it_is_taken_from_the_token(house: House) -> None:
    entry = await house.append("r")
    assert entry.name == "auditEntries/1"
    assert entry.username == "kim"
    assert entry.subject == house.issuer.claims("kim")["sub"]
    assert len(entry.hash) == 64
    assert set(entry.hash) != {"0"}
    assert entry.HasField("event_time")


async def test_an_append_is_repeatable_with_the_same_body_only(house: House) -> None:
    first, again = await house.append("r"), await house.append("r")
    assert first == again
    assert await refused(house.append("r", "xlsx")) == "REQUEST_ID_REUSED"
    assert (
        await house.append("r", service="retrieval")
    ).name == "auditEntries/2"  # a request of another service


@pytest.mark.parametrize("service", ["erp", "retrieval", "chat"])
async def test_no_other_service_reads_the_chain(house: House, service: str) -> None:
    call = house.service(service, {"employee", "auditor"})
    reading = house.chain.ReadAuditEntries(log_pb.ReadAuditEntriesRequest(max_entries=1), **call)
    assert await refused(reading) == "CALLER_NOT_ALLOWED"
    assert (
        await refused(house.chain.VerifyAuditChain(log_pb.VerifyAuditChainRequest(), **call))
        == "CALLER_NOT_ALLOWED"
    )


async def test_nobody_appends_from_outside(house: House) -> None:
    request = log_pb.AppendAuditEntryRequest(audit_entry=pb.AuditEntry(), request_id="r")
    assert await refused(house.chain.AppendAuditEntry(request, **house.auditor())) == "CALLER_NOT_ALLOWED"


@pytest.mark.parametrize("roles", [{"employee"}, {"employee", "admin"}, {"admin"}])
async def test_it_is_for_auditors(house: House, roles: set[str]) -> None:
    call = {"metadata": house.issuer.metadata("kim", roles=roles)}
    assert await refused(house.audit.ListAuditEntries(pb.ListAuditEntriesRequest(), **call)) == "ROLE_MISSING"
    found = house.audit.VerifyAuditEntries(pb.VerifyAuditEntriesRequest(), **call)
    assert await refused(found) == "ROLE_MISSING"


async def test_pages_go_back_to_the_first_and_are_recorded(house: House) -> None:
    for number in range(ENTRIES):
        await house.append(f"r{number}")
    request = pb.ListAuditEntriesRequest(page_size=3, actions=[pb.AuditEntry.ACTION_EXPORT])
    names = []
    while True:
        page = await house.audit.ListAuditEntries(request, **house.auditor())
        names += [entry.name for entry in page.audit_entries]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert names == [f"auditEntries/{n}" for n in range(ENTRIES, 0, -1)]
    readings = await house.audit.ListAuditEntries(
        pb.ListAuditEntriesRequest(actions=[pb.AuditEntry.ACTION_AUDIT_READ]), **house.auditor("other")
    )
    assert [entry.username for entry in readings.audit_entries] == ["seo"] * 3
    assert json.loads(readings.audit_entries[-1].resource) == {"actions": ["ACTION_EXPORT"], "max_entries": 3}
    assert {entry.method for entry in readings.audit_entries} == {
        "maru.admin.v1.AuditService/ListAuditEntries"
    }


async def test_a_page_token_is_bound_to_auditor_and_conditions(house: House) -> None:
    for number in range(3):
        await house.append(f"r{number}")
    token = (
        await house.audit.ListAuditEntries(pb.ListAuditEntriesRequest(page_size=1), **house.auditor())
    ).next_page_token
    assert token
    for request, who in (
        (pb.ListAuditEntriesRequest(page_token=token), "other"),
        (pb.ListAuditEntriesRequest(page_token=token, username="kim"), "seo"),
        (pb.ListAuditEntriesRequest(page_token="x"), "seo"),
    ):
        assert (
            await refused(house.audit.ListAuditEntries(request, **house.auditor(who))) == "PAGE_TOKEN_INVALID"
        )
    larger = pb.ListAuditEntriesRequest(page_token=token, page_size=5)
    assert len((await house.audit.ListAuditEntries(larger, **house.auditor())).audit_entries) == 2


async def test_one_entry(house: House) -> None:
    await house.append("r")
    found = await house.audit.GetAuditEntry(pb.GetAuditEntryRequest(name="auditEntries/1"), **house.auditor())
    assert found.audit_entry.resource == "csv"
    for name in ("auditEntries/99", "auditEntries/9999999999999999999"):
        call = house.audit.GetAuditEntry(pb.GetAuditEntryRequest(name=name), **house.auditor())
        assert await refused(call) == "AUDIT_ENTRY_NOT_FOUND"


async def test_verifying_says_up_to_where_all_is_whole(house: House) -> None:
    entry = [await house.append(f"r{number}") for number in range(3)][-1]
    found = await house.audit.VerifyAuditEntries(pb.VerifyAuditEntriesRequest(), **house.auditor())
    assert (found.verified_entry_count, getattr(found, "break"), found.last_sequence) == (3, 0, 3)
    assert found.last_hash == entry.hash
    again = await house.audit.VerifyAuditEntries(
        pb.VerifyAuditEntriesRequest(start_sequence=2), **house.auditor()
    )
    assert again.verified_entry_count == 3  # the first verification is an entry too


async def test_without_the_chain_nothing_is_told(house: House, tmp_path: Path) -> None:
    await house.append("r")
    (tmp_path / "head.jws").unlink()
    (tmp_path / "head.jws").mkdir()  # it can't be recorded that somebody reads
    call = house.audit.ListAuditEntries(pb.ListAuditEntriesRequest(), **house.auditor())
    assert await refused(call) == "DEPENDENCY_UNAVAILABLE"


async def test_a_change_of_a_document_stands_in_the_chain_as_it_was_told(house: House) -> None:
    change = pb.DocumentChange(
        path="규정/여비.md",
        access_before=AccessList(allow=Principals(roles=["sales"])),
        access_after=AccessList(allow=Principals(everyone=True)),
    )
    entry = pb.AuditEntry(
        action=pb.AuditEntry.ACTION_CHANGE, resource="documents/1", outcome="OUTCOME_ANSWERED",
        document_change=change,
    )  # fmt: skip
    request = log_pb.AppendAuditEntryRequest(audit_entry=entry, request_id="r")
    await house.chain.AppendAuditEntry(request, **house.service("retrieval", {"admin"}))
    listed = await house.audit.ListAuditEntries(pb.ListAuditEntriesRequest(), **house.auditor())
    (kept,) = listed.audit_entries
    assert kept.document_change == change
    assert kept.username == "kim"
    whole = await house.audit.VerifyAuditEntries(pb.VerifyAuditEntriesRequest(), **house.auditor())
    assert getattr(whole, "break") == pb.VerifyAuditEntriesResponse.BREAK_UNSPECIFIED
    assert whole.verified_entry_count >= 1

    with closing(sqlite3.connect(house.keys / "chat.sqlite")) as database, database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute("UPDATE audit_entry SET content = replace(content, 'sales', 'stock')")
    forged = await house.audit.VerifyAuditEntries(pb.VerifyAuditEntriesRequest(), **house.auditor())
    assert getattr(forged, "break") == pb.VerifyAuditEntriesResponse.BREAK_EDITED
