"""The TypeScript types are those of the Python models: regenerated and compared."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from shuanglu.wire.schema import wire_schema
from shuanglu.wire.signalling import PhoneMessage, ServerMessage
from tests.architecture.repository import ROOT
from tests.signalling.test_protocol_document import message_types

WEB_CLIENT = ROOT / "web_client"


def test_the_typescript_types_are_up_to_date() -> None:
    npm = shutil.which("npm")
    if npm is None or not (WEB_CLIENT / "node_modules").is_dir():
        pytest.skip("needs the web client's node modules: make install")
    result = subprocess.run(  # noqa: S603 - a fixed command
        [npm, "run", "--silent", "wire:check"],
        cwd=WEB_CLIENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_message_is_in_the_schema() -> None:
    definitions = wire_schema()["$defs"].values()
    constants = {
        definition["properties"]["type"].get("const")
        for definition in definitions
        if "type" in definition.get("properties", {})
    }
    assert message_types(PhoneMessage) | message_types(ServerMessage) <= constants
