"""A script as YAML, for versions whose own words were not kept.

Stage: when a version is looked at or exported. Comments of the file that it once came from
are lost; the script that the text parses to is the same, hash included.
"""

from __future__ import annotations

from typing import Any

import yaml

from shuanglu.script.model import Script

WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Text of several lines stays legible; lists are set in under their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - PyYAML's signature
        """Never flush with the name above."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def yaml_of(script: Script) -> str:
    """YAML that :func:`shuanglu.script.model.parse_script` reads back as the same script."""
    data: dict[str, Any] = script.model_dump(mode="json")
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
