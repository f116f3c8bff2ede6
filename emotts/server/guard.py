"""The guard before every endpoint: the key, the length of the body, and what is counted."""

import hmac
import logging
import time

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotts.errors import EmottsError
from emotts.server import failures
from emotts.server.bodies import MAX_CLIP
from emotts.server.failures import Failure
from emotts.server.metrics import Metrics

logger = logging.getLogger(__name__)

MAX_BODY = 65_536
# Where a recording may be in the body.
_LARGE = {"/v1/audio/speech", "/v1/emotts/say", "/v1/emotts/classify"}
# What may be asked without a key.
_OPEN = {"/", "/health"}


class Guard:
    """Lets requests through that may be asked, and counts all.

    It hands messages on as they are: Starlette's `BaseHTTPMiddleware` ends an answer that fails
    half-way as if it were whole.
    """

    def __init__(self, app: ASGIApp, *, key: str | None, metrics: Metrics) -> None:
        """Stand before an app.

        Args:
            app: answers.
            key: that clients must send; None: nothing.
            metrics: count requests.
        """
        self._app, self._key, self._metrics = app, key, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["started"] = time.monotonic()
        status = None

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            request = Request(scope)
            _check_key(request, self._key)
            _check_length(request)
            await self._app(scope, receive, noted)
        except Exception as error:  # beside failures only what nobody expected; it counts, too
            failure = failures.failure_of(_expected(error))
            if status is None:
                await failures.answer(failure)(scope, receive, noted)
            else:  # the connection is closed on it, so that the client knows
                logger.warning("an answer broke off: %s", failure)
                status = failure.status
        self._metrics.requests.labels(_route(scope), status).inc()


def _expected(error: Exception) -> Exception:
    """The error itself: Starlette wraps what has a handler that came too late."""
    cause = error.__cause__
    return cause if isinstance(cause, Failure | EmottsError) else error


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


def _route(scope: Scope) -> str:
    """The path of the endpoint, or "other": what clients invent is no label."""
    return getattr(scope.get("route"), "path", "other")
