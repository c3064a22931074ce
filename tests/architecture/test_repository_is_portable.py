"""No file names a machine that it was written on, or a registry that others do not have."""

from __future__ import annotations

import re

import pytest

from tests.architecture.repository import lines

MACHINE_PATHS = re.compile(r"(?<![\w.~}/-])/(?:work|root|home|Users)/[\w.]")
"""A home folder, or a checkout of somebody's."""
REGISTRY_HOSTS = re.compile(
    r"https?://[\w.:@-]*(?:registry|pypi|npmjs|artifactory|nexus|pythonhosted)[\w.-]*"
)


def found(pattern: re.Pattern[str]) -> list[str]:
    return [place for place, line in lines() if pattern.search(line)]


def test_no_machine_path() -> None:
    assert found(MACHINE_PATHS) == []


def test_no_registry_host() -> None:
    assert found(REGISTRY_HOSTS) == []


def test_locks_do_not_say_where_from() -> None:
    resolved = re.compile(r'^\s*"resolved":\s*"http')
    index = re.compile(r"^\s*--(?:extra-)?index-url|^\s*--find-links")
    assert found(resolved) == []
    assert found(index) == []


@pytest.mark.parametrize("start", ["work", "root", "home"])
def test_a_machine_path_would_be_found(start: str) -> None:
    assert MACHINE_PATHS.search(f"open('/{start}/somebody/x')")
    assert not MACHINE_PATHS.search(f"https://host/{start}/page")


def test_a_registry_would_be_found() -> None:
    assert REGISTRY_HOSTS.search("https:/" + "/pypi.example.org/simple")
    assert not REGISTRY_HOSTS.search("https://www.rfc-editor.org/rfc/rfc8785")
