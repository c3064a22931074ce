"""WebAuthn as staff's passkeys and customers' keys both use it: one set of demands.

Stage: around the ``webauthn`` library. User verification is always required, and
whatever the library throws at a damaged credential is one refusal. It stores nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from webauthn import (
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from server.settings import ServerSettings
from shuanglu.errors import ConfirmationRefusedError

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""Those that every platform has; the library's default would put EdDSA first."""

V = TypeVar("V")


def as_json(
    options: PublicKeyCredentialCreationOptions | PublicKeyCredentialRequestOptions,
) -> dict[str, Any]:
    """Options as the page hands them to ``navigator.credentials``."""
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found


def client_data_of(credential: Mapping[str, Any]) -> CollectedClientData:
    """What a credential claims to answer, and where; not yet believed."""

    def parse() -> CollectedClientData:
        return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))

    return _or_refused(parse, "the credential does not have its form")


def verified_registration(
    credential: Mapping[str, Any], challenge: bytes, settings: ServerSettings
) -> VerifiedRegistration:
    """A new key, made by a verified user; raises ``ConfirmationRefusedError``."""
    return _or_refused(
        lambda: verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_origin=list(settings.origins),
            expected_rp_id=settings.rp_id,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        ),
        "the credential does not verify",
    )


def verified_sign_count(
    assertion: Mapping[str, Any],
    challenge: bytes,
    settings: ServerSettings,
    *,
    public_key: bytes,
    sign_count: int,
    field: str | None = None,
) -> int:
    """The authenticator's new counter, after its signature verified.

    Raises ``ConfirmationRefusedError``, also for a counter that did not rise.
    """
    verified = _or_refused(
        lambda: verify_authentication_response(
            credential=dict(assertion),
            expected_challenge=challenge,
            expected_origin=list(settings.origins),
            expected_rp_id=settings.rp_id,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        ),
        "the signature does not verify",
        field=field,
    )
    return verified.new_sign_count


def _or_refused(verify: Callable[[], V], refusal: str, *, field: str | None = None) -> V:
    try:
        return verify()
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfirmationRefusedError(refusal, field=field) from error
