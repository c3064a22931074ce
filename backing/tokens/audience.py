"""Whom tokens are for. A token for one audience is worth nothing to another (RFC 7519 4.1.3)."""

from __future__ import annotations

CUSTOMER_AUDIENCE = "shuanglu-customer"
"""The customer's HTTP API and the phone's WebSocket."""

STAFF_AUDIENCE = "shuanglu-staff"
"""The staff pages."""
