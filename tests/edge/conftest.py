import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.kit.testing import Issuer
from services.kit.workload import WorkloadSigner, write_keys
from services.launcher import envoy
from tests.edge.envoy_process import EnvoyProcess, free_ports, wait_until
from tests.edge.upstreams import EchoPart, IssuerServer

SERVICES = ("chat", "erp", "retrieval", "admin")
WEB_FILES = {
    "index.html": b"<!doctype html><title>Maru</title><script src=/assets/app-B3x.js></script>" + b" " * 2000,
    "assets/app-B3x.js": b"console.log('maru');" * 200,
    "assets/logo-9aZ.png": bytes(range(256)),
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@dataclass
class Mesh:
    """Envoy, the echoing parts behind it, an issuer and the services' keys."""

    envoy: EnvoyProcess
    parts: Mapping[str, EchoPart]
    issuer: Issuer
    issuer_server: IssuerServer
    keys: Path
    start_envoy: Callable[..., EnvoyProcess]
    """Another Envoy before the same parts: `template`, `web_files`, which parts must be `ready`."""

    def user(self, username: str) -> dict[str, str]:
        """Headers of a signed-in user; each test uses names of its own, so that limits don't meet."""
        return {"authorization": f"Bearer {self.issuer.token(username)}"}

    def workload(self, service: str, audience: str = "maru-mesh") -> dict[str, str]:
        signer = WorkloadSigner.from_file(service, self.keys / "workload" / f"{service}.pem")
        return {"maru-workload": signer.assertion(audience)}


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    folder = tmp_path_factory.mktemp("edge")
    ports = free_ports()
    issuer = Issuer(f"http://127.0.0.1:{ports.edge}/realms/maru")
    issuer_server = IssuerServer(issuer, ports.identity)
    write_keys(folder, SERVICES)
    parts = {name: EchoPart(name, ports.service(name)[0]) for name in SERVICES}
    parts["triton"] = EchoPart("triton", ports.triton_grpc)
    values = envoy.embedded_values(ports, issuer.url, folder / "workload.jwks.json")
    # Triton's health is asked over HTTP; the issuer's server answers every path.
    values["TRITON"] = json.loads(
        json.dumps(values["TRITON"]).replace(str(ports.triton_http), str(ports.identity))
    )
    started: list[EnvoyProcess] = []

    def start(
        template: str | None = None,
        web_files: Mapping[str, bytes] = WEB_FILES,
        ready: Sequence[str] = (*SERVICES, "triton", "identity"),
    ) -> EnvoyProcess:
        own = ports if not started else free_ports()
        process = EnvoyProcess(folder, own, values, web_files, template)
        started.append(process)
        wait_until(lambda: all(process.healthy(name) for name in ready), 10)
        return process

    issuer_server.start()
    for part in parts.values():
        part.start()
    try:
        yield Mesh(start(), parts, issuer, issuer_server, folder, start)
    finally:
        for process in started:
            process.stop()
        for part in parts.values():
            part.stop()
        issuer_server.stop()
