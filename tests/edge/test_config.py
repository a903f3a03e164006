"""The configuration itself, without traffic."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kit.workload import write_keys
from services.launcher import envoy
from services.launcher.envoy_errors import RETRY_AFTER
from services.launcher.ports import Ports

REPOSITORY = Path(__file__).parents[2]
ISSUER = "http://127.0.0.1:8080/realms/maru"
JWT = "envoy.filters.http.jwt_authn"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    write_keys(folder, ["chat"])
    values = envoy.embedded_values(Ports(8080, 18080), ISSUER, folder / "workload.jwks.json")
    config = folder / "envoy.json"
    config.write_text(
        envoy.render(_template(), values, {"index.html": b"<title>Maru</title>"}), encoding="utf-8"
    )
    return config


def _template() -> str:
    return envoy.TEMPLATE.read_text(encoding="utf-8")


def _managers(config: Path) -> dict[str, dict[str, Any]]:
    listeners = json.loads(config.read_text())["static_resources"]["listeners"]
    return {
        listener["name"]: listener["filter_chains"][0]["filters"][0]["typed_config"] for listener in listeners
    }


def _routes(manager: dict[str, Any]) -> list[dict[str, Any]]:
    routes: list[dict[str, Any]] = manager["route_config"]["virtual_hosts"][0]["routes"]
    return routes


def _first_match(routes: list[dict[str, Any]], path: str) -> dict[str, Any]:
    for route in routes:
        match = route["match"]
        if (
            path == match.get("path")
            or path.startswith(match.get("prefix", "\0"))
            or re.fullmatch(match.get("safe_regex", {}).get("regex", "\0"), path)
        ):
            return route
    raise LookupError(path)


def _rpcs() -> Iterator[tuple[str, str, str]]:
    """(service's area, path, comment) of every RPC of the contracts."""
    for file in sorted((REPOSITORY / "proto" / "maru").rglob("*_service.proto")):
        text = file.read_text(encoding="utf-8")
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        service = re.search(r"^service (\w+) ", text, re.MULTILINE)
        assert package
        assert service
        for comment, name in re.findall(r"((?:^ +//.*\n)+)^ +rpc (\w+)\(", text, re.MULTILINE):
            yield package[1].split(".")[1], f"/{package[1]}.{service[1]}/{name}", comment


def test_envoy_accepts_it_without_a_warning(rendered: Path) -> None:
    checked = subprocess.run(
        [*envoy.argv(rendered), "--mode", "validate"], capture_output=True, text=True, timeout=30, check=False
    )
    assert checked.returncode == 0, checked.stderr[-2000:]
    assert "OK" in checked.stdout + checked.stderr
    assert '"warning"' not in checked.stderr


def test_every_yaml_here_can_be_read() -> None:
    for file in (REPOSITORY / "envoy").rglob("*.yaml"):
        if file != envoy.TEMPLATE:
            assert yaml.safe_load(file.read_text(encoding="utf-8")), file


def test_every_rpc_of_the_contracts_has_its_route(rendered: Path) -> None:
    routes = _routes(_managers(rendered)["edge"])
    rpcs = list(_rpcs())
    assert len(rpcs) > 40
    for area, path, _ in rpcs:
        part = "chat" if path.startswith("/maru.admin.v1.AuditLogService/") else area  # the chain lies there
        assert _first_match(routes, path)["route"]["cluster"] == part


def test_only_rpcs_without_effects_are_sent_again(rendered: Path) -> None:
    for listener, manager in _managers(rendered).items():
        for _, path, comment in _rpcs():
            policy = _first_match(_routes(manager), path)["route"].get("retry_policy", {})
            if "reset" in policy.get("retry_on", ""):
                assert re.search(r"Repeatable: yes, no\s+(//\s+)?effects", comment), (listener, path)


def test_streams_are_routed_as_streams(rendered: Path) -> None:
    streams = {
        f"/{package}.{service}/{method}"
        for file in (REPOSITORY / "proto" / "maru").rglob("*_service.proto")
        for package, service in re.findall(r"package ([\w.]+);.*?service (\w+) ", file.read_text(), re.DOTALL)
        for method in re.findall(r"rpc (\w+)\([^)]*\) returns \(stream", file.read_text())
    }
    assert "/maru.chat.v1.ChatService/Ask" in streams
    for path in streams:
        route = _first_match(_routes(_managers(rendered)["edge"]), path)["route"]
        assert route["timeout"] == "0s"
        assert float(route["idle_timeout"].rstrip("s")) > 15, "a heartbeat comes every 15 s"
        assert "retry_policy" not in route


def test_the_only_open_routes(rendered: Path) -> None:
    managers = _managers(rendered)

    def open_routes(manager: dict[str, Any]) -> set[str]:
        by_name = {route["name"]: route.get("typed_per_filter_config", {}) for route in _routes(manager)}
        return {name for name, configs in by_name.items() if configs.get(JWT, {}).get("disabled")}

    assert open_routes(managers["edge"]) == {"web", "sign-in", "health"}
    assert open_routes(managers["mesh"]) == set()


def test_every_path_needs_a_token_unless_its_route_says_otherwise(rendered: Path) -> None:
    for manager in _managers(rendered).values():
        (rules,) = (f["typed_config"]["rules"] for f in manager["http_filters"] if f["name"] == JWT)
        assert [rule["match"] for rule in rules] == [{"prefix": "/"}]
        assert rules[0].keys() & {"requires", "requirement_name"}


def test_everything_listens_on_loopback(rendered: Path) -> None:
    addresses = re.findall(r'"address": "([^"]+)"', rendered.read_text())
    assert set(addresses) == {"127.0.0.1"}


def test_the_result_needs_no_file_of_the_web_client(rendered: Path) -> None:
    named = re.findall(r'"filename": "([^"]+)"', rendered.read_text())
    assert {Path(name).name for name in named} == {"workload.jwks.json"}


def _filters(manager: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f["name"]: f["typed_config"] for f in manager["http_filters"]}


def _limits_by_entries(filters: dict[str, dict[str, Any]]) -> dict[tuple[tuple[str, str], ...], float]:
    """(key, value) pairs of each rule of envoy.yaml -> calls a second."""
    limits = {}
    for rule in (*filters["limit-address"]["descriptors"], *filters["limit-user"]["descriptors"]):
        entries = tuple((entry["key"], entry.get("value", "")) for entry in rule["entries"])
        limits[entries] = rule["token_bucket"]["tokens_per_fill"]
    return limits


def _limits_by_tree(rules: list[dict[str, Any]], above: tuple[tuple[str, str], ...] = ()) -> dict[Any, float]:
    """The same of ratelimit.yaml."""
    seconds = {"second": 1, "minute": 60}
    found: dict[Any, float] = {}
    for rule in rules:
        entries = (*above, (rule["key"], rule.get("value", "")))
        if limit := rule.get("rate_limit"):
            found[entries] = limit["requests_per_unit"] / seconds[limit["unit"]]
        found |= _limits_by_tree(rule.get("descriptors", []), entries)
    return found


def test_several_envoys_have_the_same_limits_as_one(rendered: Path) -> None:
    rules = yaml.safe_load((REPOSITORY / "envoy" / "ratelimit.yaml").read_text(encoding="utf-8"))
    expected = _limits_by_entries(_filters(_managers(rendered)["edge"]))
    assert len(expected) == 5
    assert _limits_by_tree(rules["descriptors"]) == expected


def test_every_bucket_is_filled_when_the_answer_says(rendered: Path) -> None:
    intervals = set(re.findall(r'"fill_interval": "([^"]+)"', rendered.read_text()))
    assert intervals == {f"{RETRY_AFTER.seconds}s"}


def test_the_filter_for_several_envoys_is_accepted(rendered: Path, tmp_path: Path) -> None:
    readme = (REPOSITORY / "envoy" / "README.md").read_text(encoding="utf-8")
    (documented,) = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL))
    config = json.loads(rendered.read_text())
    (edge, _mesh) = config["static_resources"]["listeners"]
    filters = edge["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
    place = next(n for n, f in enumerate(filters) if f["name"] == "limit-user")
    documented["typed_config"]["rate_limits"] = filters[place]["typed_config"]["rate_limits"]
    filters[place] = documented
    clusters = config["static_resources"]["clusters"]
    clusters.append({**next(c for c in clusters if c["name"] == "chat"), "name": "ratelimit"})
    changed = tmp_path / "envoy.json"
    changed.write_text(json.dumps(config), encoding="utf-8")
    checked = subprocess.run(
        [*envoy.argv(changed), "--mode", "validate"], capture_output=True, text=True, timeout=30, check=False
    )
    assert checked.returncode == 0, checked.stderr[-2000:]


def test_a_value_that_is_missing_or_unknown_is_an_error(tmp_path: Path) -> None:
    values = envoy.embedded_values(Ports(8080, 18080), ISSUER, tmp_path / "jwks.json")
    files = {"index.html": b""}
    with pytest.raises(KeyError, match="CHAT"):
        envoy.render(_template(), {k: v for k, v in values.items() if k != "CHAT"}, files)
    with pytest.raises(ValueError, match="CHATT"):
        envoy.render(_template(), {**values, "CHATT": []}, files)


def test_a_path_with_odd_characters_stays_one_value(tmp_path: Path) -> None:
    odd = tmp_path / "a: \"b' #c\n$d.json"
    values = envoy.embedded_values(Ports(8080, 18080), ISSUER, odd)
    config = json.loads(envoy.render(_template(), values, {"index.html": b""}))
    assert json.dumps(str(odd)) in json.dumps(config)
