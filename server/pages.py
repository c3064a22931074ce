"""The built pages, their assets, and the local CA's certificate. Nothing here is personal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from server.bodies import check_text
from server.security_headers import replay_headers
from server.settings import ServerSettings
from shuanglu.errors import NotFoundError

PAGES = {
    "/c/": "customer",
    "/office/": "office",
    "/verify/": "verify",
    "/verify/{record_number}": "verify",
}
"""Path → page of the web client."""
FRAME = ("/replay/", "replay")
"""The frame in which the office replays a recorded screen."""
PDF_PARTS = r"/assets/{version:pdfjs-[0-9.]+}/{folder:cmaps|standard_fonts|wasm}/{name}"
"""What pdf.js fetches by its own names: character maps, fonts, decoders (``pdf_parts.ts``)."""
WITHOUT_SLASH = {"/c": "/c/", "/office": "/office/", "/verify": "/verify/", "/": "/office/"}
SHORT_ADDRESSES = {"/h": "/c/#enter", "/h/": "/c/#enter"}
"""Where a customer types the digits of a hand-over: short enough to be read out."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_pages(app: web.Application, settings: ServerSettings) -> None:
    """Serve what is configured: the client's pages, and the CA's certificate."""
    for path, target in (WITHOUT_SLASH | SHORT_ADDRESSES).items():
        app.router.add_get(path, _redirect(target))
    if settings.static_dir is not None:
        for path, page in PAGES.items():
            app.router.add_get(path, _file(settings.static_dir / page / "index.html"))
        path, page = FRAME
        frame = _file(settings.static_dir / page / "index.html", replay_headers())
        app.router.add_get(path, frame)
        app.router.add_get("/assets/{name}", _asset(settings.static_dir / "assets"))
        app.router.add_get(PDF_PARTS, _pdf_part(settings.static_dir / "assets"))
    if settings.ca_certificate is not None:
        app.router.add_get("/ca.crt", _certificate(settings.ca_certificate))


def _redirect(target: str) -> Handler:
    async def redirect(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(target)

    return redirect


def _file(path: Path, more_headers: Mapping[str, str] = MappingProxyType({})) -> Handler:
    headers = {"Cache-Control": "no-cache", **more_headers}

    async def page(_request: web.Request) -> web.StreamResponse:
        # The page names hashed assets: it is always asked for anew, and told "not modified".
        return web.FileResponse(_in(path.parent, path.name), headers=headers)

    return page


def _asset(folder: Path) -> Handler:
    async def asset(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_in(folder, request.match_info["name"]))

    return asset


def _pdf_part(assets: Path) -> Handler:
    async def part(request: web.Request) -> web.StreamResponse:
        named = request.match_info
        folder = assets / named["version"] / named["folder"]
        return web.FileResponse(_in(folder, named["name"]))

    return part


def _in(folder: Path, name: str) -> Path:
    """The file of that name right in the folder; a name that leads elsewhere is not found."""
    check_text(name, field="name")
    path = (folder / name).resolve()
    if path.parent != folder.resolve() or not path.is_file():
        raise NotFoundError("no such file")
    return path


def _certificate(path: Path) -> Handler:
    async def certificate(_request: web.Request) -> web.StreamResponse:
        # This type makes phones offer to install it.
        headers = {"Content-Type": "application/x-x509-ca-cert", "Cache-Control": "no-cache"}
        return web.FileResponse(path, headers=headers)

    return certificate
