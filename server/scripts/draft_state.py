"""What may become of a draft: one table of transitions.

Stage: pure, below the service. It never asks who does it: four eyes are the service's.
"""

from __future__ import annotations

from enum import StrEnum

from shuanglu.errors import ConflictError
from shuanglu.wire.scripts import DraftState


class DraftAction(StrEnum):
    """What staff do with a draft."""

    WRITE = "write"
    SUBMIT = "submit"
    REOPEN = "reopen"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


_S, _A = DraftState, DraftAction
_NEXT: dict[tuple[DraftState, DraftAction], DraftState] = {
    (_S.DRAFT, _A.WRITE): _S.DRAFT,
    (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.SUBMITTED, _A.REOPEN): _S.DRAFT,
    (_S.SUBMITTED, _A.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _A.REJECT): _S.REJECTED,
    (_S.SUBMITTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.REJECTED, _A.REOPEN): _S.DRAFT,
    (_S.REJECTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _A.REOPEN): _S.DRAFT,
    (_S.APPROVED, _A.PUBLISH): _S.PUBLISHED,
    (_S.APPROVED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.PUBLISHED, _A.WITHDRAW): _S.WITHDRAWN,  # its version is taken back
}


def after(state: DraftState, action: DraftAction) -> DraftState:
    """The state that the action leads to; raises ``ConflictError`` where it leads nowhere."""
    found = _NEXT.get((state, action))
    if found is None:
        raise ConflictError(f"a draft that is {state} cannot {action}", field="state")
    return found
