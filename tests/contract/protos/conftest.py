"""The contracts as data: every descriptor of proto/ with its comments, as buf compiles them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# Registers the extension, so that the rules are read and not kept as unknown bytes.
from buf.validate import validate_pb2  # noqa: F401
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

ROOT = Path(__file__).parents[3]
BUF = Path(sys.executable).with_name("buf")


@dataclass(frozen=True)
class Method:
    """An RPC with its comment."""

    full_name: str
    descriptor: MethodDescriptorProto
    comment: str


class Contracts:
    """What stands in the .proto files of the packages maru.*."""

    def __init__(self, image: FileDescriptorSet) -> None:
        self.files = [file for file in image.file if file.package.startswith("maru.")]
        self.messages: dict[str, DescriptorProto] = {}
        for file in self.files:
            for message in file.message_type:
                self._add(f"{file.package}.{message.name}", message)

    def _add(self, name: str, message: DescriptorProto) -> None:
        self.messages[name] = message
        for nested in message.nested_type:
            self._add(f"{name}.{nested.name}", nested)

    def fields(self) -> Iterator[tuple[str, FieldDescriptorProto]]:
        for name, message in self.messages.items():
            if not message.options.map_entry:
                for field in message.field:
                    yield f"{name}.{field.name}", field

    def methods(self) -> Iterator[Method]:
        for file in self.files:
            comments = _comments(file)
            for i, service in enumerate(file.service):
                for j, method in enumerate(service.method):
                    name = f"{file.package}.{service.name}/{method.name}"
                    yield Method(name, method, comments.get((6, i, 2, j), ""))

    def service_comments(self) -> Iterator[tuple[str, str]]:
        for file in self.files:
            comments = _comments(file)
            for i, service in enumerate(file.service):
                yield f"{file.package}.{service.name}", comments.get((6, i), "")

    def enum_comments(self, full_name: str) -> dict[str, str]:
        """Value name -> comment, of a top-level enum."""
        for file in self.files:
            comments = _comments(file)
            for i, enum in enumerate(file.enum_type):
                if f"{file.package}.{enum.name}" == full_name:
                    return _values(enum, comments, i)
        raise KeyError(full_name)


def _values(enum: EnumDescriptorProto, comments: dict[tuple[int, ...], str], index: int) -> dict[str, str]:
    return {value.name: comments.get((5, index, 2, i), "") for i, value in enumerate(enum.value)}


def _comments(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Path of an element in its file -> the comment above it (descriptor.proto tells how paths are made)."""
    return {tuple(place.path): place.leading_comments for place in file.source_code_info.location}


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    image = subprocess.run(
        [BUF, "build", "--as-file-descriptor-set", "-o", "-"], cwd=ROOT, check=True, capture_output=True
    )
    return Contracts(FileDescriptorSet.FromString(image.stdout))
