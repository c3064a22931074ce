"""The scripts that ship with the product: demonstrations, and templates to start from.

Stage: read by whoever starts the server, by the editor and by the command line. Demonstrations
are published, and their speech rendered, at every start. A template is never published as it
is: it speaks for an institution that does not exist. It is copied, and what it marks is replaced.
"""

from __future__ import annotations

from importlib import resources

import yaml

from shuanglu.errors import NotFoundError
from shuanglu.script.model import Script, parse_script
from shuanglu.script.parts import ScriptPart, Text

DEMONSTRATIONS = ("bank-wealth-demo-1", "bank-wealth-demo", "bank-wealth-renewal")
"""Files that are published as they are, older versions first. Every other one is a template."""


class Template(ScriptPart):
    """A script to start from; ``text`` is YAML whose comments say what must be replaced."""

    template_id: str
    title: Text
    scenario: str
    text: str


def demonstrations() -> tuple[Script, ...]:
    """The scripts that a server publishes at its start."""
    return tuple(parse_script(yaml.safe_load(_text(name))) for name in DEMONSTRATIONS)


def template_ids() -> tuple[str, ...]:
    """The templates, by name."""
    files = (file.name for file in resources.files(__name__).iterdir())
    names = {name.removesuffix(".yaml") for name in files if name.endswith(".yaml")}
    return tuple(sorted(names - set(DEMONSTRATIONS)))


def template(template_id: str) -> Template:
    """One template with its text; raises ``NotFoundError``."""
    if template_id not in template_ids():
        raise NotFoundError("there is no such template", field="template_id")
    text = _text(template_id)
    script = parse_script(yaml.safe_load(text))
    return Template(
        template_id=template_id, title=script.title, scenario=script.scenario or "", text=text
    )


def shipped_templates() -> tuple[Template, ...]:
    """Every template with its text: what an editor offers to copy."""
    return tuple(template(template_id) for template_id in template_ids())


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(f"{name}.yaml").read_text("utf-8")
