"""Reading aloud: which sentences of a text were heard in what was recognised. Pure, advisory."""

from shuanglu.rules.reading.heard import Reading, is_heard, still_missing
from shuanglu.rules.reading.sentences import sentences

__all__ = ["Reading", "is_heard", "sentences", "still_missing"]
