"""The package's README.txt, for somebody who was handed the package and nothing else.

Stage: sealing and export. Its hash is in the manifest, so no wording that a record was sealed
with is ever changed or removed: a new one is put before the old ones.
"""

from __future__ import annotations

from collections.abc import Collection

from shuanglu.timeline.chain import sha256_hex


def readme_file(record_number: str, *, roles: Collection[str] = ()) -> bytes:
    """What a record that is sealed today says; ``roles`` are those of its objects."""
    return _written(_MEDIA_WORDINGS[0], record_number, roles)


def readme_sealed_as(sha256: str, record_number: str, *, roles: Collection[str]) -> bytes:
    """The wording that a record was sealed with; if unknown, today's, which will not verify."""
    known = (_written(media, record_number, roles) for media in _MEDIA_WORDINGS)
    today = readme_file(record_number, roles=roles)
    return next((readme for readme in known if sha256_hex(readme) == sha256), today)


def _written(media: str, record_number: str, roles: Collection[str]) -> bytes:
    sometimes = "".join(words for role, words in _SOMETIMES if role in roles)
    return _README.format(record_number=record_number, media=media, sometimes=sometimes).encode()


_README = """\
Shuanglu 双录 evidence package, record {record_number}

{media}timeline.jsonl  everything that happened, one event a line, each holding the hash of the one\
 before
script.json  what had to be said and shown
objects/     handwritten strokes, the words consented to, and the statements that were signed
prompts/     the speech that was played (synthetic voice; AI 合成语音)
{sometimes}manifest.json, manifest.sig, signing_key.json
             hash of every file, and the Ed25519 signature over manifest.json

To verify offline / 离线验证:   shuanglu verify PACKAGE.zip --key PUBLIC_KEY
"""

_MEDIA_WORDINGS = (
    """\
media/       the recording, exactly as the phone sent it; plays in an ordinary player.
             The files are as they were written live and state no duration: a player may
             show none, seeking works. Rewriting them would break the hashes
             录音录像原件,普通播放器即可播放;边录边写,文件不注明时长,
             播放器可能不显示时长,仍可拖动;改写文件会使哈希不符
""",
    """\
media/       the recording, exactly as the phone sent it; plays in an ordinary player
             录音录像原件,普通播放器即可播放
""",
)

_SOMETIMES = (
    (
        "card",
        """\
cards/       pictures of the ID card that was shown; keep them safe 证件照片,请妥善保管
""",
    ),
    (
        "document",
        """\
documents/   PDFs that were shown and read, each named by its hash, which script.json gives
             所展示的 PDF 文件,文件名是它的哈希,与 script.json 一致
""",
    ),
    (
        "screen",
        """\
screen/      what the customer's page showed, as rrweb events (rrweb.io) on the recording's clock,
             typed text masked; timeline.jsonl (screen.stored) gives their order
             客户屏幕的同步录屏,输入内容已遮盖;次序见 timeline.jsonl
""",
    ),
)
"""What only some records hold, by the role of its objects."""
