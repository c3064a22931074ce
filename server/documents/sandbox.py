"""Looks at a PDF in a process of its own, with little memory and little time.

Stage: around ``inspection``. A file can be made so that whoever reads it never ends or fills
all memory; such a file is refused, and the server notices nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys

import structlog

from server.documents.inspection import FIELD, InspectedDocument, inspect, too_large
from shuanglu.errors import InvalidInputError, ShuangluError
from shuanglu.script.document import MOST_FILE_BYTES

MOST_SECONDS = 20
MOST_MEMORY_BYTES = 1 << 30
_GAVE_UP = (
    "PDF 读取过慢或占用过多,请打印成普通 PDF 再上传"
    " · the PDF takes too long to read: print it to a plain PDF first"
)

_log = structlog.get_logger(__name__)


async def inspected(data: bytes) -> InspectedDocument:
    """As :func:`inspect`, and ``InvalidInputError`` for a file that takes too long or too much."""
    if len(data) > MOST_FILE_BYTES:
        raise too_large()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(data), MOST_SECONDS)
    except TimeoutError:
        raise InvalidInputError(_GAVE_UP, field=FIELD) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _read_answer(out)


def _read_answer(out: bytes) -> InspectedDocument:
    try:
        answer = json.loads(out)
    except ValueError:
        # It died: out of memory, or by its limit of time.
        _log.warning("document_inspection_died")
        raise InvalidInputError(_GAVE_UP, field=FIELD) from None
    if "detail" in answer:
        raise InvalidInputError(answer["detail"], field=FIELD)
    return InspectedDocument(**answer)


def main() -> None:
    """A PDF on standard input; what was found of it, or why it is refused, on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    try:
        found = inspect(sys.stdin.buffer.read(MOST_FILE_BYTES + 1))
        answer = {"sha256": found.sha256, "pages": found.pages, "bytes": found.bytes}
    except ShuangluError as error:
        answer = {"detail": error.detail}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
