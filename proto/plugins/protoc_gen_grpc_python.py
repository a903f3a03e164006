"""A protoc plugin that is protoc itself: Python messages, gRPC code and the types of both.

Buf can't run grpcio-tools' generator, which exists inside its protoc only. The services are asynchronous,
and so are the types.
"""

import os
import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
messages = list(request.file_to_generate)
services = [file.name for file in request.proto_file if file.name in messages and file.service]
# protoc-gen-mypy lies beside the interpreter.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
response = CodeGeneratorResponse(supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
with tempfile.TemporaryDirectory() as folder:
    descriptors, out = Path(folder, "descriptors"), Path(folder, "out")
    descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
    out.mkdir()
    read = ["protoc", f"--descriptor_set_in={descriptors}"]
    failed = protoc.main([*read, f"--python_out={out}", f"--mypy_out=quiet:{out}", *messages])
    if services:
        types = f"--mypy_grpc_out=quiet,only_async:{out}"
        failed |= protoc.main([*read, f"--grpc_python_out={out}", types, *services])
    if failed:
        sys.exit("protoc failed")
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text())
sys.stdout.buffer.write(response.SerializeToString())
