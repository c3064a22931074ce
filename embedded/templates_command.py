"""``shuanglu templates``: the scripts to start from, listed or printed.

Stage: a thin face of ``shuanglu.script.templates``. It publishes nothing.
"""

from __future__ import annotations

from typing import Annotated

import typer

from shuanglu.errors import NotFoundError
from shuanglu.script.templates import shipped_templates, template


def templates_command(
    template_id: Annotated[
        str | None, typer.Argument(help="Print the YAML of this one; without: list all.")
    ] = None,
) -> None:
    """List the templates, or print one to start a script from."""
    if template_id is None:
        for each in shipped_templates():
            typer.echo(f"{each.template_id}\t{each.title.zh} · {each.title.en}")
        return
    try:
        typer.echo(template(template_id).text, nl=False)
    except NotFoundError as error:
        raise typer.BadParameter(error.detail, param_hint="template_id") from None
