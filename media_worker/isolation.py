"""Cuts a process off from every network, where the system permits it.

Stage: first thing in a process that runs models, before any library is loaded (Linux
refuses a user namespace to a process with threads). It never fails: it says
whether it worked, and the status repeats it.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_PROC = Path("/proc/self")


def cut_network() -> bool:
    """Move this process into an empty network namespace; ``True`` if it has no network now."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        unshare, prctl = libc.unshare, libc.prctl
    except (OSError, AttributeError):  # not Linux
        return False
    user_id, group_id = os.getuid(), os.getgid()
    if unshare(_CLONE_NEWNET) != 0:
        if unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            return False
        _keep_identity(user_id, group_id)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return has_no_network()


def _keep_identity(user_id: int, group_id: int) -> None:
    """In a new user namespace we are nobody, who could not read the models."""
    try:
        (_PROC / "setgroups").write_text("deny", encoding="ascii")
        (_PROC / "uid_map").write_text(f"{user_id} {user_id} 1", encoding="ascii")
        (_PROC / "gid_map").write_text(f"{group_id} {group_id} 1", encoding="ascii")
    except OSError:
        return  # world-readable models still work


def has_no_network() -> bool:
    """Whether no interface but a loopback that is down exists here."""
    try:
        lines = (_PROC / "net" / "dev").read_text("ascii").splitlines()[2:]
        routes = (_PROC / "net" / "route").read_text("ascii").splitlines()[1:]
    except OSError:
        return False
    return {line.split(":")[0].strip() for line in lines} <= {"lo"} and not routes
