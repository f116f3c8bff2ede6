"""The app: endpoints, limits and errors put together."""

import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from emotts.host import Host
from emotts.server import failures, native, speech
from emotts.server.bodies import MAX_CLIP
from emotts.server.desk import Desk
from emotts.server.failures import Failure
from emotts.server.metrics import Metrics
from emotts.server.service import Service, service_of

MAX_BODY = 65_536
# Where a recording may be in the body.
_LARGE = {"/v1/audio/speech", "/v1/emotts/say", "/v1/emotts/classify"}
# What may be asked without a key.
_OPEN = {"/", "/health"}

Next = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class ServerSettings:
    """How a server answers."""

    key: str | None = None
    """What clients must send as a bearer token; None: nothing."""
    queue: int = 16
    """At most so many requests wait or are worked on."""


def create(host: Host, settings: ServerSettings | None = None) -> FastAPI:
    """An app around a host.

    Args:
        host: speaks.
        settings: how it answers.
    """
    settings = settings or ServerSettings()
    desk = Desk(settings.queue)
    service = Service(host, desk, Metrics(desk, host.breakers))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="emotts",
        version=version("emotts"),
        summary="Speech that sounds the way that was asked for, and says what was heard in it.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=failures.RESPONSES,
    )
    app.state.service = service
    failures.install(app)
    app.include_router(speech.router)
    app.include_router(native.router)
    app.add_api_route("/", _page, include_in_schema=False, response_class=HTMLResponse)
    app.add_api_route("/health", _health, tags=["service"])
    # Monitors ask for the head alone.
    app.add_api_route("/health", _health, methods=["HEAD"], include_in_schema=False)
    app.add_api_route("/metrics", _metrics, tags=["service"], response_class=Response)

    @app.middleware("http")
    async def guard(request: Request, call: Next) -> Response:
        request.scope["started"] = time.monotonic()
        try:
            _check_key(request, settings.key)
            _check_length(request)
            response = await call(request)
        except Exception as error:  # beside failures only what nobody expected; it counts, too
            response = failures.answer(error)
        service.metrics.requests.labels(_route(request), response.status_code).inc()
        return response

    return app


async def _page() -> str:
    """The page."""
    return files("emotts.server").joinpath("page.html").read_text(encoding="utf-8")


async def _health(request: Request) -> JSONResponse:
    """Whether the server takes requests."""
    desk = service_of(request).desk
    status = "draining" if desk.draining else "ok"
    content: dict[str, Any] = {
        "status": status,
        "version": version("emotts"),
        "waiting": desk.taken,
    }
    return JSONResponse(content, 503 if desk.draining else 200)


async def _metrics(request: Request) -> Response:
    """What was counted and timed, as Prometheus reads it."""
    return Response(service_of(request).metrics.text(), media_type="text/plain; version=0.0.4")


def _check_key(request: Request, key: str | None) -> None:
    if key is None or request.url.path in _OPEN:
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    # Headers are read as Latin-1, whatever their bytes meant.
    if not hmac.compare_digest(given.encode("latin-1"), key.encode()):
        raise Failure(
            401,
            "the API key is missing or wrong: send it as a bearer token",
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _check_length(request: Request) -> None:
    """Refuse a body that is too long, or does not say how long it is."""
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    length = request.headers.get("content-length", "")
    # A body in chunks is as long as it is, whatever else the request says.
    if not length.isdigit() or "transfer-encoding" in request.headers:
        raise Failure(411, "the request must say the length of its body (Content-Length)")
    limit = MAX_CLIP + MAX_BODY if request.url.path in _LARGE else MAX_BODY
    if int(length) > limit:
        raise Failure(413, f"the body has {length} bytes; at most {limit}")


def _route(request: Request) -> str:
    """The path of the endpoint, or "other": what clients invent is no label."""
    route = request.scope.get("route")
    return getattr(route, "path", "other")
