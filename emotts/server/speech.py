"""`/v1/audio/speech`, as OpenAI's clients ask for it, and what they look up around it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from emotts import audio
from emotts.background import Line, held
from emotts.server import bodies, failures
from emotts.server.bodies import SpeechBody
from emotts.server.encode import MEDIA_TYPES, Encoder, media_type
from emotts.server.failures import Failure
from emotts.server.service import chained, service_of
from emotts.speech import Choice

router = APIRouter(tags=["OpenAI"])


@router.post(
    "/v1/audio/speech",
    response_class=Response,
    responses={200: {"content": {media: {} for media in ("text/event-stream", *MEDIA_TYPES)}}},
)
async def speech(body: SpeechBody, request: Request) -> Response:
    """Speak a text; the audio is sent sentence by sentence as it is chosen.

    What was measured of the first sentence is in the headers; `/v1/emotts/say` has all of it.
    """
    service = service_of(request)
    emotion, read = body.target()

    def work(line: Line) -> None:
        with held(service.host.turn, line):
            options = body.options(service.voice(body.voice_name))
            asked = service.host.request(body.input, emotion, **options)
        for choice in service.speak(asked, line):
            line.send(choice)

    choices = service.answers(request, work)
    first: Choice = await anext(choices)
    whole = chained(first, choices)
    headers = _headers(first)
    if read is not None:
        headers["X-Emotts-Instructions"] = quote(" ".join(read.words)) or "none"
    if body.stream_format == "sse":
        return StreamingResponse(
            _events(whole, body), media_type="text/event-stream", headers=headers
        )
    return StreamingResponse(
        _pieces(whole, body),
        media_type=media_type(body.response_format),
        headers=headers,
    )


@router.get("/v1/models")
async def models() -> dict[str, Any]:
    """The models: one, under the names that clients ask for."""
    return {"object": "list", "data": [_model(name) for name in bodies.MODELS]}


@router.get("/v1/models/{name}", responses={404: failures.described("There is no such model.")})
async def model(name: str) -> dict[str, Any]:
    """One of these names."""
    if name not in bodies.MODELS:
        valid = ", ".join(bodies.MODELS)
        raise Failure(404, f"unknown model {name!r}; valid: {valid}", code="model_not_found")
    return _model(name)


@router.get("/v1/audio/voices")
def voices(request: Request) -> dict[str, Any]:  # no coroutine: an engine may let wait
    """The engine's voices, and OpenAI's names that it lacks, which stand for the default one."""
    host = service_of(request).host
    own = {voice.name: voice for voice in host.engine.voices()}
    named = own | {name: host.voice() for name in bodies.OPENAI_VOICES if name not in own}
    return {
        "voices": [
            {"id": name, "name": voice.description or voice.name} for name, voice in named.items()
        ]
    }


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "emotts"}


async def _pieces(choices: AsyncIterator[Choice], body: SpeechBody) -> AsyncIterator[bytes]:
    """The encoded audio, a piece a sentence; a long one takes too long for the loop of all."""
    encoder = Encoder(body.response_format)
    async for choice in choices:
        if data := await asyncio.to_thread(encoder.add, audio.join(choice.clips)):
            yield data
    yield await asyncio.to_thread(encoder.finish)


async def _events(choices: AsyncIterator[Choice], body: SpeechBody) -> AsyncIterator[str]:
    """The same as server-sent events; an error half-way is one of them."""
    sent = 0
    try:
        async for data in _pieces(choices, body):
            sent += len(data)
            encoded = base64.b64encode(data).decode()
            yield _event({"type": "speech.audio.delta", "audio": encoded})
    except Exception as error:
        yield _event({"type": "error", **failures.form(error)})
        return
    words = len(body.input.split())
    # There are no tokens here: words go in, kilobytes come out.
    usage = {"input_tokens": words, "output_tokens": sent // 1000}
    usage["total_tokens"] = sum(usage.values())
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content)}\n\n"


def _headers(choice: Choice) -> dict[str, str]:
    """What was measured, of the first sentence."""
    heard = choice.candidate.predictions.get(choice.classifiers[0])
    headers = {
        "X-Emotts-Engine": choice.engine,
        "X-Emotts-Target": str(choice.target),
        "X-Emotts-Matched": str(choice.matched).lower(),
        "X-Emotts-Margin": f"{choice.margin:.3f}",
        "X-Emotts-Cached": str(choice.cached).lower(),
    }
    if heard is not None and heard.scores:
        headers["X-Emotts-Heard"] = f"{heard.top} {heard.scores[heard.top]:.2f}"
    return headers
