"""What was asked for and what was spoken: a request, a choice for each sentence, speech."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emotts.audio import Audio
from emotts.effort import Effort, Stop
from emotts.emotions import Target
from emotts.records import ByValue, Candidate, Embedding, Prediction, Voice
from emotts.spans import Span


@dataclass(frozen=True, eq=False)
class Tone(ByValue):
    """How something was spoken."""

    target: Target
    """What it was to express."""
    controls: Mapping[str, float]
    """Control → the value that took effect."""
    embedding: Embedding | None = None
    """[d] float32, of the first classifier, where it is known."""
    fingerprint: str | None = None
    """Of that classifier: only with embeddings of the same one can this one be compared."""


@dataclass(frozen=True)
class Reference:
    """A recording whose emotion is wanted."""

    heard: Mapping[str, Prediction]
    """Classifier → what it heard in the recording, the first classifier first."""
    path: str | None = None
    """Where the recording is, for engines that are to hear it; None: it has no file."""
    named: bool = False
    """Whether the emotion is given by name: the recording then says no more than how."""

    @property
    def embedding(self) -> Embedding:
        """[d] float32, of the first classifier."""
        return next(iter(self.heard.values())).embedding

    @property
    def centred(self) -> bool:
        """Whether it was heard relative to its speaker."""
        return all(heard.centred for heard in self.heard.values())


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    text: str
    """As it was given, markup included."""
    target: Target
    """The emotion that is wanted outside the markup."""
    voice: Voice
    """Who is to speak."""
    takes: int
    """Takes a sentence, take 0 included; at least 1."""
    seed: int
    """The same seed makes the same takes."""
    like: Reference | None = None
    """The recording to sound like."""
    tone: Tone | None = None
    """How was spoken before, to go on like that."""
    stop: Stop = "never"
    """Whether to stop as soon as a take reaches the target."""
    budget_ms: float | None = None
    """No take of a sentence but take 0 is begun later than this; None: there is time."""
    first_takes: int | None = None
    """Takes of the first sentence, so that it is there soon; None: as many as of any."""
    spans: tuple[Span, ...] = ()
    """The text without its markup, each part with what it asks for; none: the text as it is."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Control → value that was asked for beside the emotion; every take starts from there."""
    warnings: tuple[str, ...] = ()
    """What of the request is left out, in words."""

    def wanted(self, classifier: str) -> Target:
        """What a classifier is to hear: the target, or what itself hears in the recording."""
        if self.like is None or self.like.named or classifier not in self.like.heard:
            return self.target
        return self.like.heard[classifier].as_target(self.target.intensity)


@dataclass(frozen=True)
class Choice:
    """The winner of a sentence beside its rivals."""

    text: str
    """The sentence, as it was given to the engine."""
    target: Target
    """What was wanted of it."""
    candidates: tuple[Candidate, ...] = field(repr=False)
    """In order of their takes."""
    chosen: int
    """Index of the winner in `candidates`."""
    margin: float
    """Score of the winner less that of the next best; 0 without a rival.

    In log-odds where one classifier listened, in standard deviations where several did."""
    matched: bool
    """Whether the target was reached."""
    classifiers: tuple[str, ...]
    """Who listened; the first heard every candidate."""
    fingerprint: str
    """Of the first classifier; see `Classifier.fingerprint`."""
    effort: Effort
    """How many takes were planned, why no more were made, and how they differ."""
    engine: str
    """Who spoke: the engine, or a fallback in its place."""
    voice: Voice
    """Of who spoke."""
    advice: tuple[str, ...] = ()
    """Where the target was not reached: what is heard instead, and what to try."""
    pause_s: float = 0.0
    """Silence that was asked for before it."""
    cached: bool = False
    """Whether its takes came from the cache."""

    @property
    def candidate(self) -> Candidate:
        """The winner."""
        return self.candidates[self.chosen]

    @property
    def audio(self) -> Audio:
        """The winner's audio."""
        audio = self.candidate.audio
        assert audio is not None  # the pipeline never chooses a take without audio
        return audio

    @property
    def tone(self) -> Tone:
        """How it was spoken."""
        heard = self.candidate.predictions[self.classifiers[0]]
        return Tone(self.target, self.candidate.effective, heard.embedding, self.fingerprint)

    @property
    def clips(self) -> tuple[Audio, ...]:
        """The pause before it, where there is one, and its audio."""
        if not self.pause_s:
            return (self.audio,)
        return Audio.silence(self.pause_s, self.audio.rate), self.audio


@dataclass(frozen=True)
class Speech:
    """The choices of a request, and what they sound like together."""

    request: Request
    """What was asked for."""
    engine: str
    """The name of the engine that was to speak."""
    choices: tuple[Choice, ...]
    """One a sentence, in order."""
    audio: Audio
    """All sentences after each other."""
    embeddings: Mapping[str, Embedding] = field(repr=False)
    """Classifier → [d] float32, mean over the chosen takes, weighted by duration; a classifier of
    finalists that heard none of them is missing."""

    @property
    def embedding(self) -> Embedding:
        """The embedding of the first classifier, the one that heard every candidate."""
        return self.embeddings[self.choices[0].classifiers[0]]

    @property
    def tone(self) -> Tone:
        """How the last sentence was spoken, for what is to follow it."""
        return self.choices[-1].tone

    @property
    def matched(self) -> bool:
        """Whether every sentence reached the target."""
        return all(choice.matched for choice in self.choices)

    @property
    def cached(self) -> bool:
        """Whether the takes of every sentence came from the cache."""
        return all(choice.cached for choice in self.choices)
