"""Runs hibari's network: text → phonemes → `Spectra`."""

import json
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from hibari.tts import ASSETS, Hibari

from emotts.builtin import landmarks
from emotts.builtin.frames import BINS
from emotts.builtin.landmarks import PRIMARY_STRESS, SECONDARY_STRESS, SILENT_MARKS, Landmarks
from emotts.builtin.noise import Noise
from emotts.builtin.spectra import Spectra, decode
from emotts.errors import EngineError, UnspeakableError

# Sentences that are kept: a search comes back to the sentence that it works on, and
# those of ten seconds take 40 MB.
KEPT = 2

# The graph's tensor of durations, in steps of two frames. It is no output of the graph, but
# becomes one; it tells where each phoneme is, so that stress and pauses can be shaped.
DURATIONS = b"/Clip_output_0"
FRAMES_A_STEP = 2
# Most sentences are longer than this: what is missing is drawn later, what is too much is in vain.
FRAMES_A_MARK = 5

SOUNDLESS = SILENT_MARKS | {PRIMARY_STRESS, SECONDARY_STRESS}


class Phonemizer(Hibari):  # type: ignore[misc]  # hibari has no types
    """hibari's text processing without its network, which it would load with spinning threads."""

    def __init__(self, voice: str) -> None:
        """Prepare for a voice; the lexicon waits for the first text."""
        self.voice = voice
        self._g2p = None
        self.vocab = json.loads(Path(ASSETS, "vocab.json").read_text(encoding="utf-8"))

    def chunks(self, text: str) -> list[str]:
        """The pieces that the network speaks at a time, in the network's alphabet.

        Raises:
            UnspeakableError: there is nothing in `text` that can be spoken.
        """
        try:
            spoken = self.phonemize(text)
        except (IndexError, KeyError, ValueError, RecursionError) as error:
            raise UnspeakableError(f"hibari can't read {text!r} aloud ({error!r})") from error
        known = ["".join(mark for mark in chunk if mark in self.vocab) for chunk in spoken]
        if not any(set(chunk) - SOUNDLESS for chunk in known):
            raise UnspeakableError(f"hibari finds nothing to speak in {text!r}; it speaks English")
        return [chunk for chunk in known if chunk]


class Spoken:
    """A sentence before any take of it."""

    def __init__(self, chunks: list[Spectra]) -> None:
        """Keep what the network said."""
        self.chunks = chunks
        self._marks: Future[Landmarks] | None = None

    def begin(self) -> Future[Landmarks]:
        """Find in a thread what takes with controls need, which the plain one does without."""
        if self._marks is None:
            beside = ThreadPoolExecutor(1, "emotts-marks")
            self._marks = beside.submit(self._find)
            beside.shutdown(wait=False)
        return self._marks

    @property
    def marks(self) -> Landmarks:
        """Where things are in it."""
        return self.begin().result()

    def _find(self) -> Landmarks:
        for chunk in self.chunks:
            chunk.prepare()
        return landmarks.find(self.chunks)


class Network:
    """A voice."""

    def __init__(self, voice: str, model: Path, threads: int) -> None:
        """Begin to load the voice's model; meanwhile the lexicon may be loaded."""
        self._phonemizer = Phonemizer(voice)
        beside = ThreadPoolExecutor(1, "emotts-load")
        self._session = beside.submit(_session, model, threads)
        beside.shutdown(wait=False)
        self._kept: OrderedDict[str, Spoken] = OrderedDict()
        self.runs = 0
        """How often the network ran: once a chunk of each new sentence."""

    def spoken(self, text: str, noise: Noise | None = None) -> Spoken:
        """What the voice says of a sentence, from the cache where it was spoken lately.

        Args:
            text: the sentence.
            noise: of a plain take, where there will be one: drawn while the network runs.

        Raises:
            UnspeakableError: there is nothing in `text` that can be spoken.
            EngineError: the file is no model of hibari.
        """
        if text not in self._kept:
            chunks = self._phonemizer.chunks(text)
            if noise is not None:
                noise.begin(2 * BINS * FRAMES_A_MARK * sum(map(len, chunks)))
            self._kept[text] = Spoken([self._run(chunk) for chunk in chunks])
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(text)
        return self._kept[text]

    def _run(self, phonemes: str) -> Spectra:
        """One pass of the network at its own pace."""
        ids = np.asarray([self._phonemizer.ids(phonemes)], np.int64)
        session = self._session.result()
        self.runs += 1
        try:
            *parts, steps = session.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise EngineError(f"hibari failed on {phonemes!r}: {error}") from error
        return decode([*parts, steps * FRAMES_A_STEP], phonemes)


def _session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session that also puts out the durations, and whose threads sleep when idle."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    graph = model.read_bytes()
    if DURATIONS not in graph:
        raise EngineError(f"{model} is no hibari model that emotts knows: it has no durations")
    try:
        return onnxruntime.InferenceSession(
            graph + _one_more_output(DURATIONS), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise EngineError(f"{model} can't be loaded as a voice of hibari: {error}") from error


def _one_more_output(tensor: bytes) -> bytes:
    """What to append to a serialised ONNX model so that `tensor` becomes its last output.

    Protocol buffers merge the parts of a message that is given twice: ModelProto.graph is
    field 7, GraphProto.output 12, ValueInfoProto.name 1. Each is length-delimited (wire type 2).
    """
    message = tensor
    for number in (1, 12, 7):
        message = bytes([number << 3 | 2, len(message)]) + message
    return message
