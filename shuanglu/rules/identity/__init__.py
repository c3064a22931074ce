"""Identity: what a card says, whether it can be true, and whether two faces are one person's.

Stage: pure rules. It reads no picture: lines of text and cosines come in.
"""

from shuanglu.rules.identity.card import CardFields, TextLine, read_card
from shuanglu.rules.identity.checks import ADULT_YEARS, YOUNGEST_YEARS, check_card
from shuanglu.rules.identity.number import masked_number, number_is_sound
from shuanglu.rules.identity.policy import (
    IdentityPolicy,
    face_outcome,
    parse_identity,
    shipped_identity,
)

__all__ = [
    "ADULT_YEARS",
    "YOUNGEST_YEARS",
    "CardFields",
    "IdentityPolicy",
    "TextLine",
    "check_card",
    "face_outcome",
    "masked_number",
    "number_is_sound",
    "parse_identity",
    "read_card",
    "shipped_identity",
]
