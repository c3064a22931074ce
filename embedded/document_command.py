"""``shuanglu document``: check a PDF and keep it for scripts, on this machine.

Whoever may write the data folder may do this; over the network the office's editor does.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from backing.objects.folder import FolderObjectStore
from embedded.settings import EmbeddedSettings
from server.documents.service import DocumentService
from shuanglu.errors import ShuangluError
from shuanglu.script.document import MOST_FILE_BYTES
from shuanglu.script.model import DocumentFile

EXIT_REFUSED = 1
EXIT_UNUSABLE = 2
"""The file could not be read."""


def keep_document_command(file: Path) -> None:
    """Store the PDF and print what a script writes for it; exit code 1: it is refused."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_FILE_BYTES + 1)
    except OSError:
        typer.echo(f"cannot read {file}", err=True)
        raise typer.Exit(EXIT_UNUSABLE) from None
    try:
        kept = asyncio.run(keep_document(EmbeddedSettings(), data))
    except ShuangluError as error:
        typer.echo(f"{file}: {error.detail}", err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    typer.echo(yaml_of_file(kept))


async def keep_document(settings: EmbeddedSettings, data: bytes) -> DocumentFile:
    """The PDF in the server's own store."""
    return await DocumentService(FolderObjectStore(settings.data_dir / "objects")).take(data)


def yaml_of_file(file: DocumentFile) -> str:
    """The line of a document step that pins it."""
    return f"file: {{sha256: '{file.sha256}', pages: {file.pages}, bytes: {file.bytes}}}"
