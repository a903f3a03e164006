"""What every contract keeps beside Buf's own rules."""

import re

import grpc
from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto
from maru.errors.v1.error_reason_pb2 import ErrorReason

STRING, BYTES = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES
FLOATING = (FieldDescriptorProto.TYPE_DOUBLE, FieldDescriptorProto.TYPE_FLOAT)
REASONS = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118  # an enum wrapper


def rules(field: FieldDescriptorProto) -> validate_pb2.FieldRules:
    return field.options.Extensions[validate_pb2.field]


def bounded(field_type: int, rule: validate_pb2.FieldRules) -> bool:
    """A single value of the type has a maximum."""
    if field_type == STRING:
        text = rule.string
        return text.HasField("max_len") or text.HasField("len") or bool(getattr(text, "in"))
    if field_type == BYTES:
        return rule.bytes.HasField("max_len") or rule.bytes.HasField("len")
    return True


def test_every_string_bytes_and_repeated_field_has_a_maximum(contracts):
    endless = []
    for name, field in contracts.fields():
        rule = rules(field)
        entry = contracts.messages.get(field.type_name.removeprefix("."))
        if entry is not None and entry.options.map_entry:
            key, value = entry.field
            kept = (
                rule.map.HasField("max_pairs")
                and bounded(key.type, rule.map.keys)
                and bounded(value.type, rule.map.values)
            )
        elif field.label == FieldDescriptorProto.LABEL_REPEATED:
            kept = rule.repeated.HasField("max_items") and bounded(field.type, rule.repeated.items)
        else:
            kept = bounded(field.type, rule)
        if not kept:
            endless.append(name)
    assert not endless


def test_only_likelihoods_and_rates_are_floating_point(contracts):
    floating = {name for name, field in contracts.fields() if field.type in FLOATING}
    assert floating == {
        "maru.retrieval.v1.SearchHit.score",
        "maru.admin.v1.SyncStream.rows_per_second",
    }, "amounts and quantities are exact decimals, written as strings"


def test_every_rpc_says_what_who_codes_repeatable_and_bound(contracts):
    shape = re.compile(
        r"^ [A-Z][^\n]+.*?\bWho: \S.*?\bCodes: \S.*?\bRepeatable: (yes|no)\b.*?\bBound: [^.]*\d.*\.\n$",
        re.DOTALL,
    )
    silent = [method.full_name for method in contracts.methods() if not shape.match(method.comment)]
    assert not silent


def codes_and_reasons(comment: str):
    """The codes a comment names, and for each the reasons in the brackets behind it."""
    for code, bracket in re.findall(r"\b([A-Z]+(?:_[A-Z]+)*) \(([^)]*)\)", " ".join(comment.split())):
        yield code, re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", bracket)


def test_the_codes_and_reasons_that_comments_name_exist_and_belong_together(contracts):
    comments = contracts.enum_comments("maru.errors.v1.ErrorReason")
    code_of = {
        name.removeprefix("ERROR_REASON_"): found[1]
        for name, comment in comments.items()
        if (found := re.search(r"Code: ([A-Z_]+)[.,]", comment))
    }
    said = [(method.full_name, method.comment) for method in contracts.methods()]
    said += contracts.service_comments()
    wrong = [
        f"{name}: {code} ({reason})"
        for name, comment in said
        for code, reasons in codes_and_reasons(comment)
        if code in grpc.StatusCode.__members__
        for reason in reasons
        if code_of.get(reason) != code
    ]
    assert not wrong
    assert sum(len(reasons) for _, comment in said for _, reasons in codes_and_reasons(comment)) > 50


def test_a_call_repeatable_by_its_request_id_has_one(contracts):
    for method in contracts.methods():
        request = contracts.messages[method.descriptor.input_type.removeprefix(".")]
        has_one = "request_id" in {field.name for field in request.field}
        assert has_one == ("Repeatable: yes, by `request_id`" in method.comment), method.full_name


def test_lists_have_pages(contracts):
    for method in contracts.methods():
        if method.descriptor.name.startswith("List"):
            request = contracts.messages[method.descriptor.input_type.removeprefix(".")]
            response = contracts.messages[method.descriptor.output_type.removeprefix(".")]
            assert {"page_size", "page_token"} <= {field.name for field in request.field}, method.full_name
            assert "next_page_token" in {field.name for field in response.field}, method.full_name


def test_updates_have_an_etag(contracts):
    for method in contracts.methods():
        if not method.descriptor.name.startswith("Update"):
            continue
        request = contracts.messages[method.descriptor.input_type.removeprefix(".")]
        carried = {field.name for field in request.field}
        for field in request.field:
            if field.type == FieldDescriptorProto.TYPE_MESSAGE:
                resource = contracts.messages.get(field.type_name.removeprefix("."))
                carried |= {part.name for part in resource.field} if resource else set()
        assert "etag" in carried, method.full_name


def test_who_asks_is_never_a_field_of_a_question(contracts):
    for name, field in contracts.fields():
        if name.startswith(("maru.chat.", "maru.erp.")) and name.split(".")[-2].endswith("Request"):
            assert not re.search(r"\b(user|username|tenant|role|roles|subject)\b", field.name), name
