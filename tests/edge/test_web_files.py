"""The web client's files, as a browser gets them."""

import gzip

import pytest

from services.launcher import envoy
from tests.edge.clients import http_call
from tests.edge.conftest import WEB_FILES, Mesh


@pytest.mark.parametrize("path", WEB_FILES)
def test_each_file_is_served_as_it_is(mesh: Mesh, path: str) -> None:
    plain = http_call(mesh.envoy.edge, f"/{path}")
    assert (plain.status, plain.body) == ("200", WEB_FILES[path])
    assert "content-encoding" not in plain.headers
    packed = http_call(mesh.envoy.edge, f"/{path}", {"accept-encoding": "gzip, deflate, br"})
    if packed.headers.get("content-encoding") == "gzip":
        assert gzip.decompress(packed.body) == WEB_FILES[path]
        assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    else:
        assert packed.body == WEB_FILES[path]


def test_what_gains_by_it_is_compressed(mesh: Mesh) -> None:
    accepts = {"accept-encoding": "gzip"}
    assert http_call(mesh.envoy.edge, "/assets/app-B3x.js", accepts).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in http_call(mesh.envoy.edge, "/assets/logo-9aZ.png", accepts).headers


@pytest.mark.parametrize(
    ("path", "content_type", "cache_control"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/conversations/7c2e", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/assets/app-B3x.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/logo-9aZ.png", "image/png", "public, max-age=31536000, immutable"),
    ],
)
def test_headers(mesh: Mesh, path: str, content_type: str, cache_control: str) -> None:
    headers = http_call(mesh.envoy.edge, path).headers
    assert headers["content-type"] == content_type
    assert headers["cache-control"] == cache_control
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_missing_asset_is_not_kept_by_caches(mesh: Mesh) -> None:
    missing = http_call(mesh.envoy.edge, "/assets/old-Xy1.js")
    assert missing.status == "404"
    assert "cache-control" not in missing.headers
    assert "없는 주소입니다." in missing.message


def test_pages_of_the_application_are_its_index(mesh: Mesh) -> None:
    for path in ("/callback?code=c", "/conversations", "/conversations/7c2e", "/admin/models", "/index.html"):
        assert http_call(mesh.envoy.edge, path).body == WEB_FILES["index.html"]


def test_without_a_build_the_page_says_how_to_make_one(mesh: Mesh) -> None:
    process = mesh.start_envoy(web_files=envoy.read_web_files(mesh.keys / "no-such-build"))
    page = http_call(process.edge, "/")
    assert page.status == "200"
    assert "make web" in page.message
    assert "웹 화면이 아직 만들어지지 않았습니다." in page.message
