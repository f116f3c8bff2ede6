"""`/v1/emotts/…`: everything that was measured, as JSON."""

import base64
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from emotts.audio import Audio, read
from emotts.background import Line, held
from emotts.builtin.analysis import analysed
from emotts.dimensions import POINTS
from emotts.emotions import EMOTIONS
from emotts.jsonform import choice_form, classified_form, speech_form
from emotts.records import Candidate
from emotts.server import failures
from emotts.server.bodies import SayBody
from emotts.server.service import Service, chained, service_of
from emotts.speech import Choice

RECORDING = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

DONE = "done"
"""The event that ends a stream: who reads it may ask again at once."""

# What asks an engine or a classifier is no coroutine: one in a process of its own may let wait.
router = APIRouter(prefix="/v1/emotts", tags=["emotts"])


@router.post(
    "/say", responses={200: {"content": {"application/json": {}, "text/event-stream": {}}}}
)
async def say(body: SayBody, request: Request) -> Response:
    """Speak a text; the reply says what was heard in every take.

    With `stream`, server-sent events: `take` as each is heard, `sentence` as each is chosen,
    `done` with the whole reply, without audio; or `error`.
    """
    service = service_of(request)
    body.check_size(service.host.config.takes)

    def work(line: Line) -> None:
        _say(service, body, line)

    answers = service.answers(request, work, whole=not body.stream)
    if body.stream:
        first = await anext(answers)
        return StreamingResponse(_events(chained(first, answers)), media_type="text/event-stream")
    found = [item async for item in answers]
    form: dict[str, Any] = found[-1][1]
    form["sentences"] = [content for kind, content in found if kind == "sentence"]
    return Response(json.dumps(form), media_type="application/json")


@router.post("/classify", openapi_extra={"requestBody": RECORDING})
async def classify(request: Request) -> dict[str, Any]:
    """What is heard in a recording: the body is a WAV, FLAC, OGG or MP3 file."""
    service = service_of(request)
    content = await request.body()

    def work(line: Line) -> None:
        recording = read(io.BytesIO(content))
        with held(service.host.turn, line):
            (heard,) = service.host.classify([recording])
        line.send((recording, heard))

    async for recording, heard in service.answers(request, work):
        name = service.host.classifiers[0].name
        form = classified_form("", recording, name, heard, embedding=True)
        form.pop("file")
    return form


@router.get("/emotions")
def emotions(request: Request) -> dict[str, Any]:
    """The emotions, which of them can be heard, and where they lie in arousal and valence."""
    heard = service_of(request).host.classifiers[0].labels
    return {
        "emotions": [
            {"name": name, "heard": name in heard, "point": POINTS.get(name)} for name in EMOTIONS
        ]
    }


@router.get("/voices")
def voices(request: Request) -> dict[str, Any]:
    """The engine's own voices."""
    own = service_of(request).host.engine.voices()
    return {
        "voices": [
            {"id": v.name, "name": v.description or v.name, "language": v.language} for v in own
        ]
    }


def _say(service: Service, body: SayBody, line: Line) -> None:
    """Send each take as it is heard, each sentence as it is chosen, and then the whole."""

    def heard(candidate: Candidate) -> None:
        line.send(("take", {"index": candidate.take.index, "heard": _heard(candidate)}))

    with held(service.host.turn, line):
        options = body.options(service.voice(body.voice))
        asked = service.host.request(body.text, body.wanted, **options)
    choices = []
    for choice in service.speak(asked, line, heard):
        line.send(("sentence", _sentence(choice, body)))
        # Of hundreds of takes a sentence the winners alone are needed in the end.
        choices.append(replace(choice, candidates=(choice.candidate,), chosen=0))
    speech = service.host.speech(asked, choices)
    form = speech_form(speech, output=None, embedding=True)
    if body.audio != "none":
        form["audio"] = _wav(speech.audio)
    form.pop("sentences")
    line.send((DONE, form))


def _sentence(choice: Choice, body: SayBody) -> dict[str, Any]:
    """A sentence with what was asked for of its audio and contours."""
    form = choice_form(choice)
    if body.audio != "none":
        form["audio"] = _wav(choice.audio)
    for candidate, entry in zip(choice.candidates, form["candidates"], strict=True):
        if candidate.audio is None:
            continue
        if body.audio == "all":
            entry["audio"] = _wav(candidate.audio)
        if body.contours:
            entry["contour"] = _contour(candidate.audio)
    return form


def _contour(audio: Audio) -> list[float]:
    """The fundamental every 20 ms, Hz; 0 where nothing is voiced."""
    analysis = analysed(audio)
    hz = np.where(analysis.voiced, analysis.pitch.hz, 0)[::2]
    return [round(float(value), 1) for value in hz]


def _heard(candidate: Candidate) -> dict[str, float]:
    """What the first classifier heard in a take."""
    heard = next(iter(candidate.predictions.values()), None)
    return dict(heard.scores) if heard else {}


def _wav(audio: Audio) -> str:
    return base64.b64encode(audio.wav_bytes()).decode()


async def _events(answers: AsyncIterator[Any]) -> AsyncIterator[str]:
    """The answers as they come, but the last, `done`, once nothing is worked on any more."""
    try:
        async for kind, content in answers:
            if kind != DONE:
                yield _event(kind, content)
        yield _event(kind, content)
    except Exception as error:
        yield _event("error", failures.form(error))


def _event(kind: str, content: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(content)}\n\n"
