import importlib
from itertools import chain
from pathlib import Path

import pytest

from services.kit.access import authorize, rules
from services.kit.errors import CallerNotAllowed, RoleMissing
from services.kit.identity import Identity


def contract_methods() -> set[str]:
    """Every RPC of the generated contracts, as a full method."""
    methods = set()
    for path in Path("gen/python/maru").rglob("*_service_pb2.py"):
        module = importlib.import_module(".".join(path.relative_to("gen/python").with_suffix("").parts))
        for service in module.DESCRIPTOR.services_by_name.values():
            methods |= {f"/{service.full_name}/{method.name}" for method in service.methods}
    return methods


def asker(*roles: str, caller: str = "edge") -> Identity:
    return Identity("sub", "kim", "김", frozenset(roles), caller=caller)


def test_every_rpc_of_the_contracts_has_a_rule_and_no_other_has() -> None:
    listed = {method for method in rules("embedded") if method.startswith("/maru.")}
    assert listed == contract_methods()


def test_only_health_is_open_to_everybody() -> None:
    for profile in ("embedded", "production"):
        public = {method for method, rule in rules(profile).items() if rule.public}
        assert public == {"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"}


def test_every_closed_rule_names_roles_and_callers() -> None:
    for method, rule in chain(rules("embedded").items(), rules("production").items()):
        assert rule.public or (rule.roles and rule.callers and rule.max_seconds), method


def test_a_method_without_a_rule_is_nobodys() -> None:
    with pytest.raises(CallerNotAllowed):
        authorize(
            rules("embedded").get("/maru.erp.v1.ErpService/Drop"), "/x/Drop", asker("employee", "admin")
        )


@pytest.mark.parametrize(
    ("profile", "role", "allowed"),
    [
        ("embedded", "employee", True),
        ("production", "employee", False),
        ("production", "admin", True),
    ],
)
def test_reflection_by_profile(profile: str, role: str, allowed: bool) -> None:
    method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    rule = rules(profile)[method]  # type: ignore[arg-type]
    if allowed:
        authorize(rule, method, asker(role))
    else:
        with pytest.raises(RoleMissing):
            authorize(rule, method, asker(role))


def test_export_is_not_for_another_service() -> None:
    method = "/maru.erp.v1.ErpService/ExportResult"
    with pytest.raises(CallerNotAllowed):
        authorize(rules("embedded")[method], method, asker("employee", caller="chat"))


def test_the_refusal_names_the_roles_that_would_do() -> None:
    method = "/maru.retrieval.v1.RetrievalService/GetDocument"
    with pytest.raises(RoleMissing) as refused:
        authorize(rules("embedded")[method], method, asker("auditor"))
    assert refused.value.metadata == {"method": method[1:], "roles": "admin,employee"}
