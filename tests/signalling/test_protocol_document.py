"""The written protocol is held to the models: every example valid, every message described."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from backing.bus.envelope import ERRORS_BY_CODE
from server.problems import STATUS_OF_CODE
from server.route_table import API_ROUTES
from server.routing import Caller
from shuanglu.wire import http
from shuanglu.wire.signalling import (
    MAX_MESSAGE_BYTES,
    Bye,
    PhoneMessage,
    ServerMessage,
    phone_message_adapter,
    server_message_adapter,
)
from signalling import SignallingSettings
from signalling.connection import CLOSE_CODES

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```json (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CUSTOMER_BODIES = (
    http.Problem,
    http.ExchangeCode,
    http.CustomerToken,
    http.Consent,
    http.Signature,
    http.WebAuthnOptions,
    http.WebAuthnResponse,
    http.DeviceKey,
    http.CredentialView,
    http.StepAttempt,
    http.StatementView,
    http.SignedStatement,
    http.ScreenNotRecorded,
    http.ScreenPieceSent,
    http.ScreenPosition,
)


def examples() -> Iterator[tuple[str, str]]:
    for match in EXAMPLE.finditer(TEXT):
        yield match[1], match[2]


def validator_of(label: str) -> Callable[[str], Any]:
    if label == "phone":
        return phone_message_adapter.validate_json
    if label == "server":
        return server_message_adapter.validate_json
    model: type[BaseModel] = getattr(http, label)
    return model.model_validate_json


def message_types(union: Any) -> set[str]:
    return {model.model_fields["type"].default for model in get_args(get_args(union)[0])}


@pytest.mark.parametrize(("label", "text"), list(examples()))
def test_every_example_is_valid(label: str, text: str) -> None:
    assert validator_of(label)(text)


def test_every_json_block_says_what_it_is() -> None:
    assert TEXT.count("```json") == len(list(examples()))


@pytest.mark.parametrize(("label", "union"), [("phone", PhoneMessage), ("server", ServerMessage)])
def test_every_message_has_an_example(label: str, union: Any) -> None:
    shown = {json.loads(text)["type"] for found, text in examples() if found == label}
    assert shown == message_types(union)


@pytest.mark.parametrize("union", [PhoneMessage, ServerMessage])
def test_every_message_has_a_heading(union: Any) -> None:
    headings = " ".join(line for line in TEXT.splitlines() if line.startswith("### "))
    assert {name for name in message_types(union) if f"`{name}`" not in headings} == set()


def test_every_body_of_the_customers_api_has_an_example() -> None:
    shown = {label for label, _ in examples()}
    assert {model.__name__ for model in CUSTOMER_BODIES} <= shown


def test_every_path_of_the_customers_api_is_described() -> None:
    served = {route.path for route in API_ROUTES if route.caller is Caller.CUSTOMER}
    assert "/api/v1/customer/session" in served
    assert {path for path in served if path not in TEXT} == set()


def test_examples_of_messages_show_every_field() -> None:
    """A field that no example shows would be found by nobody."""
    for label, text in examples():
        if label in {"phone", "server"}:
            shown = json.loads(text)
            assert set(type(validator_of(label)(text)).model_fields) == set(shown)


HTTP_ITSELF = {"method_not_allowed"}


@pytest.mark.parametrize("code", sorted((set(ERRORS_BY_CODE) | set(STATUS_OF_CODE)) - HTTP_ITSELF))
def test_every_error_code_is_listed(code: str) -> None:
    table = TEXT.split("## 7. Error codes")[1].split("## 8.")[0]
    row = re.search(rf"^\| `{code}` \|.*\| (yes|no)", table, re.MULTILINE)
    assert row, code
    kind = ERRORS_BY_CODE.get(code)
    assert kind is None or (row[1] == "yes") is kind.retryable


def test_every_reason_of_bye_is_listed_with_its_code() -> None:
    reasons = get_args(Bye.model_fields["reason"].annotation)
    assert set(reasons) == set(CLOSE_CODES)
    for reason, code in CLOSE_CODES.items():
        assert f"| `{reason}` | {int(code)} |" in TEXT


def test_the_limits_are_those_of_the_settings() -> None:
    limits = SignallingSettings(origins=())
    for row in (
        f"| message | {MAX_MESSAGE_BYTES:,} bytes",
        f"| frame | {limits.max_frame_bytes:,} bytes",
        f"| rate | {limits.messages_per_s:g} messages/s, {limits.message_burst} at once",
        f"| received and not yet handled | {limits.inbox_messages} messages",
        f"| broken messages on one connection | {limits.max_refusals} ",
        f"| sent and not taken by the phone | {limits.outbox_messages} messages",
        f"| silence before `hello` | {limits.hello_timeout_s:g} s",
    ):
        assert row in TEXT, row
    assert f"pings every {limits.heartbeat_s:g} s" in TEXT
