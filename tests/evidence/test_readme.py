"""What a record was sealed with is what its package says, whatever is said today."""

from __future__ import annotations

import pytest

from shuanglu.evidence.readme import readme_file, readme_sealed_as
from shuanglu.timeline.chain import sha256_hex

NUMBER = "SL-20261123-7KQ2M9XB"
FIRST_WORDING_SHA256 = {
    False: "8c0d672323171ed739e1464b04038b056f76a02cbc752ffde807f974c381aa7b",
    True: "f0a20bd19323c0be7d696a90009aa2e5472a46d203ff8089056e821dbafd51f3",
}


@pytest.mark.parametrize("has_cards", [False, True])
def test_a_record_keeps_the_wording_it_was_sealed_with(*, has_cards: bool) -> None:
    first = FIRST_WORDING_SHA256[has_cards]
    roles = {"card", "prompt"} if has_cards else {"prompt"}
    kept = readme_sealed_as(first, NUMBER, roles=roles)
    assert sha256_hex(kept) == first
    today = readme_file(NUMBER, roles=roles)
    assert readme_sealed_as(sha256_hex(today), NUMBER, roles=roles) == today
    assert today != kept


def test_a_record_sealed_today_is_told_why_no_duration_is_shown() -> None:
    assert b"state no duration" in readme_file(NUMBER)


def test_only_a_record_that_holds_the_screen_speaks_of_it() -> None:
    assert b"screen/" in readme_file(NUMBER, roles={"screen"})
    assert b"screen/" not in readme_file(NUMBER, roles={"card"})
