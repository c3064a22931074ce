"""Where the embedded server's log goes: a rotated file in the data folder.

Warnings go to the terminal too; the rest would bury what a newcomer must read there.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

import structlog

FILE_BYTES = 10 << 20
FILES = 5


def configure_logs(folder: Path) -> None:
    """One JSON object a line in ``<folder>/shuanglu.jsonl``; no personal data is ever logged."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = logging.handlers.RotatingFileHandler(
        folder / "shuanglu.jsonl", maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
    )
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    # Libraries' own records (aiortc, aioice) become the same JSON lines.
    line = structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(ensure_ascii=False),
        foreign_pre_chain=[*_shared()],
    )
    for handler in (file, terminal):
        handler.setFormatter(line)
    logging.basicConfig(level=logging.INFO, handlers=[file, terminal], force=True)
    logging.getLogger("aioice").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _shared() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
