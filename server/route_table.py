"""Every route of the API, in one tuple."""

from __future__ import annotations

from server import health, openapi
from server.alerts.routes import routes as alert_routes
from server.auth.routes import routes as staff_routes
from server.confirmations.routes import routes as confirmation_routes
from server.customers.routes import routes as customer_routes
from server.documents.routes import routes as document_routes
from server.evidence.routes import routes as evidence_routes
from server.handovers.routes import routes as handover_routes
from server.invitations.routes import routes as invitation_routes
from server.review.objects import routes as object_routes
from server.review.routes import routes as review_routes
from server.routing import Route
from server.screen.routes import routes as screen_routes
from server.scripts.draft_routes import routes as draft_routes
from server.scripts.recording_routes import routes as recording_routes
from server.scripts.routes import routes as scenario_routes
from server.scripts.template_routes import routes as template_routes
from server.scripts.version_routes import routes as version_routes
from server.sessions.routes import routes as session_routes

API_ROUTES: tuple[Route, ...] = (
    *health.routes,
    *openapi.routes,
    *staff_routes,
    *scenario_routes,
    *version_routes,
    *recording_routes,
    *draft_routes,
    *template_routes,
    *document_routes,
    *session_routes,
    *invitation_routes,
    *customer_routes,
    *handover_routes,
    *confirmation_routes,
    *evidence_routes,
    *review_routes,
    *object_routes,
    *screen_routes,
    *alert_routes,
)
