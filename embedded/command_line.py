"""The command line: what an outsider runs over a package, and what the Makefile calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from embedded.lint_command import lint_command
from embedded.replay_command import replay_rules_command
from embedded.templates_command import templates_command
from embedded.verify_command import verify_command
from embedded.walk_command import walk_command

app = typer.Typer(no_args_is_help=True, help="Shuanglu 双录")


@app.callback()
def main() -> None:
    """Shuanglu 双录."""


app.command("verify")(verify_command)
app.command("replay-rules")(replay_rules_command)
app.command("templates")(templates_command)
app.command("lint")(lint_command)
app.command("walk")(walk_command)


@app.command("run")
def run_command() -> None:
    """Start the embedded server and print where it is."""
    # Imported here: verifying a package needs none of the server's libraries.
    from embedded.run_command import run  # noqa: PLC0415

    raise typer.Exit(run())


@app.command("staff")
def staff_command(
    username: Annotated[str, typer.Argument(help="Login name, created if unknown.")],
) -> None:
    """Give a login a new password, on this machine; prints it once."""
    from embedded.staff_command import give_login_command  # noqa: PLC0415 - as above

    give_login_command(username)


@app.command("document")
def document_command(
    file: Annotated[Path, typer.Argument(help="A PDF.")],
) -> None:
    """Check a PDF and keep it on this machine, for a script's document step."""
    from embedded.document_command import keep_document_command  # noqa: PLC0415 - as above

    keep_document_command(file)
