"""The app: endpoints, limits and errors put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from emotts.host import Host
from emotts.server import failures, native, speech
from emotts.server.desk import Desk
from emotts.server.guard import Guard
from emotts.server.metrics import Metrics
from emotts.server.service import Service, service_of


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

    app.add_middleware(Guard, key=settings.key, metrics=service.metrics)
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
