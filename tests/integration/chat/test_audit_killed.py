"""A process that writes the audit is killed at any moment: what it confirmed is there, and the chain is whole."""

import asyncio
import random
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.audit_chain import NewEntry, Range
from services.kit.metrics import Metrics
from services.kit.workload import WorkloadSigner

ROUNDS = 6
SCRIPT = """
import asyncio, sys
from pathlib import Path
from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.audit_chain import NewEntry
from services.kit.metrics import Metrics
from services.kit.workload import WorkloadSigner

async def write(store, name):
    for number in range(100_000):
        await store.audit.append(NewEntry(f"{name}-{number}", number, "turn", "kim", "{}"))
        print(f"{name}-{number}", file=sys.stderr, flush=True)

async def main():
    folder, run = Path(sys.argv[1]), sys.argv[2]
    anchor = AnchorFile(folder / "audit" / "head.jws", WorkloadSigner.from_file("chat", folder / "chat.pem"))
    async with sql_conversations(f"sqlite+aiosqlite:///{folder}/chat.sqlite", Metrics(), anchor) as store:
        await asyncio.gather(*(write(store, f"{run}.{n}") for n in range(3)))

asyncio.run(main())
"""


@pytest.mark.timeout(180)
async def test_the_chain_outlives_any_kill(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    (tmp_path / "chat.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    confirmed: set[str] = set()
    chance = random.Random(7)
    for run in range(ROUNDS):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            SCRIPT,
            str(tmp_path),
            str(run),
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert process.stderr
        for _ in range(chance.randint(1, 40)):
            confirmed.add((await process.stderr.readline()).decode().strip())
        process.kill()
        confirmed |= {line.decode().strip() for line in (await process.stderr.read()).splitlines()}
        await process.wait()
    anchor = AnchorFile(tmp_path / "audit" / "head.jws", WorkloadSigner("chat", key))
    async with sql_conversations(f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite", Metrics(), anchor) as store:
        found = await store.audit.verify(0, 0, NewEntry("verify", 0, "audit_read", "seo", "{}"))
        assert (found.broken, found.sequence) == (None, 0)
        kept = {link.event_id for link in await store.audit.read(Range(), 10_000)}
    assert confirmed <= kept
    assert len(kept) <= len(confirmed) + 3 * ROUNDS + 1
