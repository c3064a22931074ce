"""The policy of observations: what metrics mean, and which facts raise what. Versioned YAML.

Stage: read once, handed to every :class:`~shuanglu.rules.watch.Watch`. It never
looks at a session. ``docs/rules.md`` says how a policy is written.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

from shuanglu.parsed import parsed
from shuanglu.rules.policy.alerts import (
    MANY,
    OTHERWISE,
    AlertPolicy,
    AlertRule,
    Moment,
    ToldAlert,
    kind_of,
)
from shuanglu.rules.policy.facts import Condition, FactRule, ValueRule

__all__ = [
    "MANY",
    "OTHERWISE",
    "SHIPPED_VERSIONS",
    "AlertPolicy",
    "AlertRule",
    "Condition",
    "FactRule",
    "Moment",
    "ToldAlert",
    "ValueRule",
    "kind_of",
    "parse_policy",
    "shipped_policy",
]

SHIPPED_VERSIONS = (1, 2, 3, 4, 5, 6)


def parse_policy(data: Any) -> AlertPolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises :class:`InvalidInputError` naming the field."""
    return parsed(AlertPolicy, data, whole="policy")


def shipped_policy(version: int = SHIPPED_VERSIONS[-1]) -> AlertPolicy:
    """A version of the policy that ships with this software; the newest if none is named."""
    name = f"observation-{version}.yaml"
    return parse_policy(yaml.safe_load(resources.files(__name__).joinpath(name).read_text("utf-8")))
