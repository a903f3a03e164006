"""Whatever is done to a chain of entries is found, at the first entry it touches or the one after."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.chat.audit_chain import Anchor, Break, Head, Link, NewEntry, Verification, digest, linked

LENGTH = 12


def chain(length: int = LENGTH) -> list[Link]:
    links: list[Link] = []
    for number in range(length):
        head = Head(links[-1].sequence, links[-1].hash) if links else Head()
        links.append(
            linked(head, NewEntry(f"e{number}", 10**15 + number, "turn", "kim", f'{{"n":{number}}}'))
        )
    return links


def verified(links: list[Link], anchor: Anchor) -> Verification:
    found = Verification(anchor=anchor)
    found.feed(sorted(links, key=lambda link: link.sequence))
    found.end(at_head=True, exclusive=True)
    return found


WHOLE = chain()
ANCHOR = Anchor(Head(LENGTH, WHOLE[-1].hash))
FIELDS = {
    "event_id": st.text(max_size=5),
    "event_time": st.integers(0, 10**16),
    "action": st.sampled_from(["export", "", "turn "]),
    "username": st.text(max_size=5),
    "content": st.one_of(st.text(max_size=8), st.binary(max_size=4), st.none()),
    "version": st.integers(2, 9),
    "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def test_an_untouched_chain_is_right() -> None:
    found = verified(WHOLE, ANCHOR)
    assert (found.broken, found.verified, found.last) == (None, LENGTH, ANCHOR.head)


def test_the_hash_is_what_the_documentation_says() -> None:
    """As `printf | sha256sum` gives it: a change of the encoding needs another version."""
    first = WHOLE[0]
    assert first.previous_hash == "0" * 64
    assert first.hash == "b65b98bb49dbd5bcaafc00b2296d8a5abafb4ed1ea4e94cbb5b2bb5451bfe0be"


@given(st.integers(0, LENGTH - 1), st.sampled_from(sorted(FIELDS)), st.booleans(), st.data())
def test_an_edit_is_found(at: int, field: str, rehashed: bool, data: st.DataObject) -> None:
    value = data.draw(FIELDS[field])
    if value == getattr(WHOLE[at], field):
        return
    edited = replace(WHOLE[at], **{field: value})
    if rehashed and field != "hash":
        edited = replace(edited, hash=digest(edited))
    found = verified([*WHOLE[:at], edited, *WHOLE[at + 1 :]], ANCHOR)
    assert found.broken
    assert found.sequence in (at, at + 1, at + 2)
    if field not in ("previous_hash", "hash"):
        assert (found.broken, found.sequence) == (Break.EDITED, at + 1)


@given(st.sets(st.integers(0, LENGTH - 1), min_size=1))
def test_removals_are_found(gone: set[int]) -> None:
    kept = [link for at, link in enumerate(WHOLE) if at not in gone]
    found = verified(kept, ANCHOR)
    cut_off = gone == set(range(min(gone), LENGTH))
    assert (found.broken, found.sequence) == (Break.CUT_OFF if cut_off else Break.REMOVED, min(gone) + 1)


@given(st.integers(0, LENGTH - 2))
def test_a_removal_hidden_by_new_numbers_is_found(at: int) -> None:
    moved = [replace(link, sequence=link.sequence - 1) for link in WHOLE[at + 1 :]]
    found = verified([*WHOLE[:at], *moved], ANCHOR)
    assert (found.broken, found.sequence) == (Break.REMOVED, at + 1)


@given(st.integers(0, LENGTH), st.booleans())
def test_an_insertion_hidden_by_new_numbers_is_found(at: int, well_made: bool) -> None:
    head = Head(at, WHOLE[at - 1].hash) if at else Head()
    forged = linked(head, NewEntry("forged", 1, "turn", "lee", "{}"))
    if not well_made:
        forged = replace(forged, hash="0" * 64)
    moved = [replace(link, sequence=link.sequence + 1) for link in WHOLE[at:]]
    found = verified([*WHOLE[:at], forged, *moved], ANCHOR)
    assert (found.broken, found.sequence) == (Break.INSERTED, at + 1)


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_an_exchange_is_found(one: int, other: int) -> None:
    if one == other:
        return
    links = list(WHOLE)
    links[one] = replace(WHOLE[other], sequence=one + 1)
    links[other] = replace(WHOLE[one], sequence=other + 1)
    found = verified(links, ANCHOR)
    assert found.broken
    assert found.sequence in (min(one, other) + 1, min(one, other) + 2)


@given(st.integers(0, LENGTH - 1))
def test_a_chain_made_anew_from_an_entry_on_is_found_by_the_anchor(at: int) -> None:
    links = WHOLE[:at]
    for link in WHOLE[at:]:
        head = Head(links[-1].sequence, links[-1].hash) if links else Head()
        links.append(linked(head, NewEntry(link.event_id, link.event_time, "turn", "lee", link.content)))
    found = verified(links, ANCHOR)
    assert (found.broken, found.sequence) == (Break.EDITED, LENGTH)
