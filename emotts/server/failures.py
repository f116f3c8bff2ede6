"""Failures: errors in the shape that OpenAI's clients read."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from emotts.background import Gone
from emotts.errors import AudioError, ConfigError, EmottsError, TextError, UnknownNameError

logger = logging.getLogger(__name__)

# What the client can mend; any other error of emotts is the server's.
_CLIENTS = (AudioError, ConfigError, TextError, UnknownNameError)

# What proxies log for a client that left; nobody reads the response.
CLIENT_GONE = 499


class Failure(Exception):
    """A request that gets no answer but this."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Describe it.

        Args:
            status: of HTTP.
            message: for a person.
            param: the field that was wrong.
            code: for a program.
            headers: that the response is to have.
        """
        super().__init__(message)
        self.status, self.param, self.code, self.headers = status, param, code, headers


class Problem(BaseModel):
    """What was wrong."""

    message: str
    type: str
    param: str | None
    """The field that was wrong."""
    code: str | None


class ErrorBody(BaseModel):
    """The body of every error."""

    error: Problem


def described(words: str) -> dict[str, Any]:
    """What a schema says of a failure."""
    return {"model": ErrorBody, "description": words}


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: described(words)
    for status, words in {
        400: "The request can't be meant as it is.",
        401: "The key is missing or wrong.",
        411: "The request does not say how long its body is.",
        413: "The body is too long.",
        429: "The queue is full; Retry-After says when to come back.",
        500: "The server failed.",
        503: "The server is stopping.",
    }.items()
}


def form(error: Exception) -> dict[str, object]:
    """The body of an error."""
    failure = failure_of(error)
    kind = "invalid_request_error" if failure.status < 500 else "server_error"
    return {
        "error": {
            "message": str(failure),
            "type": "rate_limit_error" if failure.status == 429 else kind,
            "param": failure.param,
            "code": failure.code,
        }
    }


def failure_of(error: Exception) -> Failure:
    """What an error is to a client; what nobody expected is logged, and not shown."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, RequestValidationError):
        return _of_body(error)
    if isinstance(error, HTTPException):
        return _of_request(error)
    if isinstance(error, _CLIENTS):
        code = "unknown_name" if isinstance(error, UnknownNameError) else None
        return Failure(400, str(error), code=code)
    if isinstance(error, EmottsError):
        return Failure(500, str(error))
    logger.error("a request failed", exc_info=error)
    return Failure(500, "an error inside the server; its log says more")


def _of_body(error: RequestValidationError) -> Failure:
    """What is wrong with a body: of a field, or that it is none."""
    _, *where = error.errors()[0]["loc"]
    if not where:
        needed = "send a JSON object, with the header Content-Type: application/json"
        return Failure(400, f"the body is no JSON object: {needed}")
    # Of a field that may be one thing or another, all that it is not is told.
    found = [one for one in error.errors() if one["loc"][1] == where[0]]
    if found[0]["type"] == "json_invalid":
        told = f"{found[0]['ctx']['error']} at character {where[0]}"
        return Failure(400, f"the body is no JSON: {told}")
    told = "; or: ".join(one["msg"] for one in found)
    return Failure(400, f"{where[0]}: {told}", param=str(where[0]))


def _of_request(error: HTTPException) -> Failure:
    """What is wrong with a path, the method it is asked with, or the bytes of a body."""
    headers = error.headers or {}
    words = str(error.detail)
    if error.status_code == 404:
        words = "there is no such path; /openapi.json has those there are"
    elif error.status_code == 400:
        words = "the body is no JSON in UTF-8"
    elif "Allow" in headers:
        words = f"this path takes {headers['Allow']} alone"
    return Failure(error.status_code, words, headers=headers)


def answer(error: Exception) -> JSONResponse:
    """The response to a request that failed."""
    failure = failure_of(error)
    return JSONResponse(form(failure), failure.status, headers=failure.headers)


def install(app: FastAPI) -> None:
    """Have the errors of an app that are expected answered in this shape."""

    async def close(_request: Request, _error: Exception) -> Response:
        return Response(status_code=CLIENT_GONE)

    async def handle(request: Request, error: Exception) -> Response:
        # To FastAPI, who leaves within a body has sent a wrong one.
        left = isinstance(error.__cause__, ClientDisconnect)
        return await close(request, error) if left else answer(error)

    for expected in (Failure, RequestValidationError, HTTPException, EmottsError):
        app.add_exception_handler(expected, handle)
    for left in (Gone, ClientDisconnect):
        app.add_exception_handler(left, close)
