"""Words: what an answer means, and which phrases a text holds. Pure; recognition is advisory."""

from shuanglu.rules.words.answers import WordsClass, classify_answer
from shuanglu.rules.words.phrase_policy import (
    Phrase,
    PhrasePolicy,
    parse_phrases,
    shipped_phrases,
)
from shuanglu.rules.words.phrases import FoundPhrase, phrases_in
from shuanglu.rules.words.spoken import Spoken, spoken, syllable

__all__ = [
    "FoundPhrase",
    "Phrase",
    "PhrasePolicy",
    "Spoken",
    "WordsClass",
    "classify_answer",
    "parse_phrases",
    "phrases_in",
    "shipped_phrases",
    "spoken",
    "syllable",
]
