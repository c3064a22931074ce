"""The names of the files in a package. Nothing else may be in it.

Stage: shared by the writer and the verifier. A name that fits cannot leave the folder
that somebody unpacks into, and cannot mean two things on two systems.
"""

from __future__ import annotations

import re

MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
KEY_FILE = "signing_key.json"
TIMELINE_FILE = "timeline.jsonl"
SCRIPT_FILE = "script.json"
README_FILE = "README.txt"

UNSIGNED_FILES = frozenset({MANIFEST_FILE, SIGNATURE_FILE, KEY_FILE})
"""Files that the manifest cannot name: itself, and what vouches for it."""

MEDIA_NAME = re.compile(r"^media/stretch-([0-9]{4,6})\.(?:webm|mkv)$", re.ASCII)
JOURNAL_NAME = re.compile(r"^media/stretch-([0-9]{4,6})\.journal\.jsonl$", re.ASCII)
OBJECT_NAME = re.compile(r"^objects/([0-9a-f]{64})\.json$", re.ASCII)
PROMPT_NAME = re.compile(r"^prompts/([0-9a-f]{64})\.ogg$", re.ASCII)

CARD_NAME = re.compile(r"^cards/([0-9a-f]{64})\.jpg$", re.ASCII)
DOCUMENT_NAME = re.compile(r"^documents/([0-9a-f]{64})\.pdf$", re.ASCII)
SCREEN_NAME = re.compile(r"^screen/([0-9a-f]{64})\.jsonl\.gz$", re.ASCII)


def media_file(stretch: int, video_codec: str) -> str:
    """``media/stretch-0001.webm``."""
    return f"media/stretch-{stretch:04d}.{'webm' if video_codec == 'VP8' else 'mkv'}"


def journal_file(stretch: int) -> str:
    """``media/stretch-0001.journal.jsonl``."""
    return f"media/stretch-{stretch:04d}.journal.jsonl"


def object_file(sha256: str) -> str:
    """``objects/<sha256>.json``."""
    return f"objects/{sha256}.json"


def card_file(sha256: str) -> str:
    """``cards/<sha256>.jpg``."""
    return f"cards/{sha256}.jpg"


def document_file(sha256: str) -> str:
    """``documents/<sha256>.pdf``."""
    return f"documents/{sha256}.pdf"


def screen_file(sha256: str) -> str:
    """``screen/<sha256>.jsonl.gz``."""
    return f"screen/{sha256}.jsonl.gz"


def prompt_file(sha256: str) -> str:
    """``prompts/<sha256>.ogg``."""
    return f"prompts/{sha256}.ogg"
