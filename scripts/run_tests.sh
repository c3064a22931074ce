#!/usr/bin/env bash
# Every test: the web client's, then ours in parallel, then the browser's in a process of its
# own (Playwright's event loop and pytest-asyncio's do not share one).
set -uo pipefail

status=0
(cd web_client && npm run --silent test) || status=1
.venv/bin/pytest -n 2 --dist loadfile -m "not slow" tests || status=1
.venv/bin/pytest -c e2e/pytest.ini --rootdir . -m "not slow" e2e || status=1
exit $status
