"""What a worker process does: it becomes an engine, a classifier or a check, and answers for it."""

import logging
import select
import socket
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.config import ClassifierConfig, EngineConfig, PartConfig, parse
from emotts.engine import Engine
from emotts.errors import EmottsError, PluginError
from emotts.isolation import frames, memory
from emotts.isolation.frames import Frame
from emotts.isolation.operations import OPERATIONS
from emotts.isolation.requests import PROTOCOL, Failure, Kind, Open
from emotts.parts import make_check, make_classifier, make_engine
from emotts.plugins import load

logger = logging.getLogger(__name__)

MAX_SAMPLES = 2**28
"""Of one request: almost five hours at 16 kHz."""

Part = Engine | Classifier | Check
CONFIGS: Mapping[Kind, type[PartConfig]] = {
    "engine": EngineConfig,
    "classifier": ClassifierConfig,
    "check": PartConfig,
}


def serve(connection: socket.socket) -> None:
    """Answer the requests of a host until it closes the connection."""
    try:
        opening = frames.receive(connection, max_samples=0)
        try:
            kind, part = _open(opening.body)
        except Exception as error:
            return frames.send(connection, _failure(error))
        frames.send(connection, Frame("end"))
        while True:
            request = frames.receive(connection, max_samples=MAX_SAMPLES)
            if request.kind != "cancel":  # that of a request whose last answer is sent already
                _answer(connection, OPERATIONS[kind][request.kind](part, request))
    except (EOFError, ConnectionError):
        logger.debug("the host is gone")


def _open(body: Any) -> tuple[Kind, Part]:
    """Become what the host wants."""
    if body["protocol"] != PROTOCOL:
        raise PluginError(
            f"the host speaks protocol {body['protocol']}, emotts {version('emotts')} of "
            f"{sys.executable} speaks {PROTOCOL}: install the same version of emotts in both"
        )
    opening = Open.model_validate(body)
    config = parse(CONFIGS[opening.kind], opening.part, "the part").model_copy(
        update={"isolate": False}
    )
    if config.memory_mb is not None:
        memory.bound(config.memory_mb)
    plugins = load()
    if isinstance(config, EngineConfig):
        return opening.kind, make_engine(plugins, config)
    make = make_classifier if opening.kind == "classifier" else make_check
    return opening.kind, make(plugins, config)


def _answer(connection: socket.socket, answers: Iterator[Frame]) -> None:
    """Send each answer as it is made, until they end, fail, or nobody wants them."""
    outcome = Frame("end")
    try:
        for answer in answers:
            frames.send(connection, answer)
            if _cancelled(connection):
                break
    except Exception as error:
        if not isinstance(error, EmottsError):
            logger.exception("unexpected")
        outcome = _failure(error)
    frames.send(connection, outcome)


def _cancelled(connection: socket.socket) -> bool:
    """Whether the host has sent something, which can only be that it wants no more."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    frames.receive(connection, max_samples=0)
    return True


def _failure(error: Exception) -> Frame:
    return Frame("error", Failure.of(error).form())
