"""What the linter says of signs is what the voice itself says of them."""

from __future__ import annotations

from media_worker.play.render_speech import Voice
from shuanglu.errors import InvalidInputError
from shuanglu.script.lint.signs import unspoken

A_PIECE = 40


def _takes(voice: Voice, text: str) -> bool:
    try:
        voice.tokens(text)
    except InvalidInputError:
        return False
    return True


def test_every_character_that_the_linter_lets_pass_is_spoken(voice: Voice) -> None:
    """All 20,992 of the basic block, in pieces as long as those that are rendered."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    refused = set(unspoken("".join(every)))
    spoken = [sign for sign in every if sign not in refused]
    pieces = ["".join(spoken[at : at + A_PIECE]) for at in range(0, len(spoken), A_PIECE)]
    assert [piece for piece in pieces if not _takes(voice, piece)] == []
    assert [sign for sign in refused if _takes(voice, f"产品{sign}风险")] == []
    assert len(refused) < 100


def test_every_mark_that_the_linter_lets_pass_is_spoken(voice: Voice) -> None:
    marks = "".join(chr(code) for code in [*range(0x20, 0x100), *range(0x2000, 0x3040)])
    marks += "".join(chr(code) for code in range(0xFF00, 0xFFF0))
    letters = [sign for sign in marks if sign.isalpha()]
    passed = [sign for sign in marks if not unspoken(sign) and sign not in letters]
    assert [sign for sign in passed if not _takes(voice, f"产品{sign}3风险")] == []
    assert {"%", "·", "～", "\u3000", "\xa0"} <= set(unspoken(marks))
    assert all(_takes(voice, said) for said in ("费率3.5%。", "3-5年", "1,000,000元"))
