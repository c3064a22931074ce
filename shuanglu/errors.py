"""One error root. Every error carries a code for machines and says whether to retry.

The mapping from code to HTTP status lives in one table in ``server/problems.py``;
this module never knows about HTTP.
"""

from __future__ import annotations


class ShuangluError(Exception):
    """Root of every error that we raise on purpose.

    ``code`` is stable and documented; ``detail`` is for people and holds no
    personal data; ``field`` names the input that is wrong, when one is.
    """

    code = "internal"
    retryable = False

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class InvalidInputError(ShuangluError):
    """The input does not have the form that was asked for."""

    code = "invalid_input"


class NotAuthenticatedError(ShuangluError):
    """No credential, or one that is expired, forged or withdrawn."""

    code = "not_authenticated"


class NotAllowedError(ShuangluError):
    """A known caller asks for what is not theirs."""

    code = "not_allowed"


class NotFoundError(ShuangluError):
    """There is no such thing, or the caller may not know that there is."""

    code = "not_found"


class ConflictError(ShuangluError):
    """The thing exists, but its state does not permit this."""

    code = "conflict"


class TooManyAttemptsError(ShuangluError):
    """A limit on rate or count was reached; later it may work again.

    ``retry_after_s`` is when, in seconds from now, where that is known.
    """

    code = "too_many_attempts"
    retryable = True

    def __init__(
        self, detail: str, *, field: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail, field=field)
        self.retry_after_s = retry_after_s


class TooLargeError(ShuangluError):
    """The input is past a named limit of size."""

    code = "too_large"


class UnavailableError(ShuangluError):
    """A backing service or another process does not answer now."""

    code = "unavailable"
    retryable = True


class StaleRevisionError(ConflictError):
    """Somebody changed it since it was read; the detail names both revisions."""

    code = "stale_revision"


class FourEyesError(NotAllowedError):
    """Who wrote or submitted something may not be the one who approves it."""

    code = "four_eyes"


class ScriptRefusedError(ShuangluError):
    """A script that must not be published; ``field`` is the place of the first error."""

    code = "script_refused"


class SpeechNotReadyError(ConflictError):
    """The speech of a script is being rendered; it can be published in a moment."""

    code = "speech_not_ready"
    retryable = True


class InvitationUsedError(ConflictError):
    """The code was exchanged before; it works once."""

    code = "invitation_used"


class InvitationExpiredError(ConflictError):
    """The code was not exchanged in time."""

    code = "invitation_expired"


class HandedOverError(NotAuthenticatedError):
    """The session goes on in another browser; this page's token is worth nothing any more."""

    code = "handed_over"


class HandoverRefusedError(ConflictError):
    """The hand-over code is not one that works: unknown, used, withdrawn or too old.

    Which of them is not said: that would help only who guesses.
    """

    code = "handover_refused"


class TimelineClosedError(ConflictError):
    """The timeline has its verdict; nothing may be appended to it any more."""

    code = "timeline_closed"


class StaleEpochError(ConflictError):
    """Another worker owns the session now; this one must stop writing."""

    code = "stale_epoch"


class ConfirmationRefusedError(ShuangluError):
    """A signature, assertion or one-time code does not verify."""

    code = "confirmation_refused"
