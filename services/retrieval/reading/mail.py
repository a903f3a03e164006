"""EML to blocks: who wrote what to whom, the body, and attached documents as sections."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from services.retrieval.reading.content import Block, Cause, Draft, Heading, Paragraph, Unreadable
from services.retrieval.reading.plain import text_blocks
from services.retrieval.reading.text import decode_some, tidy
from services.retrieval.reading.web import html_blocks

_FIELDS: Final = (("From", "보낸 사람"), ("To", "받는 사람"), ("Cc", "참조"), ("Date", "보낸 날짜"))
_MAX_ATTACHMENTS: Final = 100
_DEEPEST: Final = 9

ReadAttached = Callable[[bytes, str], list[Block]]
"""Blocks of an attached file by its name; Unreadable as `read`. Handed in: who reads all formats knows this one."""


def read_mail(data: bytes, attached: ReadAttached) -> Draft:
    """Subject as heading, sender and receivers, body; then each attachment under its name, with its text if it has one."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        subject = _field(message, "Subject")
        return Draft(list(_blocks(message, subject, attached)), subject)
    except Unreadable:
        raise
    except (
        Exception
    ) as error:  # the standard parser raises anything on fields and parts that aren't well formed
        raise Unreadable(Cause.BROKEN, "mail") from error


def _blocks(message: EmailMessage, subject: str, attached: ReadAttached) -> Iterator[Block]:
    if subject:
        yield Heading(1, subject)
    for name, shown in _FIELDS:
        if value := _field(message, name):
            yield Paragraph(f"{shown}: {value}")
    body = message.get_body(("html", "plain"))
    if isinstance(body, EmailMessage):
        text = _text(body)
        yield from html_blocks(text).blocks if body.get_content_subtype() == "html" else text_blocks(text)
    for count, part in enumerate(message.iter_attachments()):
        if count == _MAX_ATTACHMENTS:
            break
        name = tidy(part.get_filename() or "")
        if part.get_content_maintype() == "image" and part.get("Content-ID"):
            continue  # a picture in the text
        data = _payload(part)
        yield Heading(2, f"첨부: {name or part.get_content_type()}")
        try:
            inside = attached(data, name)
        except Unreadable:
            continue  # its name stays findable
        for block in inside:
            if isinstance(block, Heading):
                yield Heading(min(_DEEPEST, block.level + 2), block.text)
            else:
                yield block


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return decode_some(payload, part.get_content_charset() or "") if isinstance(payload, bytes) else ""


def _field(message: EmailMessage, name: str) -> str:
    """A field as text; one that writes its bytes as they are, without saying in which encoding, is guessed."""
    raw = next((str(value) for field, value in message.raw_items() if field.lower() == name.lower()), "")
    if raw.isascii():
        return tidy(str(message.get(name) or ""))
    return tidy(decode_some(raw.encode("utf-8", errors="surrogateescape")))
