"""The shelf: the file where the priors of a job go, and what was tuned of the voice before."""

from pathlib import Path

from emotts.tendencies import TENDENCIES, Tendencies
from emotts.tunedfile import Tuned, replaceable
from emotts.tuning.curve import LITERATURE, OWN, SHIPPED
from emotts.tuning.plan import Plan


class Shelf:
    """The file where the priors of a job go.

    It is read whenever it matters, for a job of other emotions may write it meanwhile.
    """

    def __init__(self, file: Path, plan: Plan) -> None:
        """Look at what is there.

        Raises:
            ConfigError: the file holds something else, or can't be written.
        """
        replaceable(file)
        if file.is_file():
            Tuned.load(file)
        self.file, self._plan = file, plan

    @property
    def earlier(self) -> Tuned | None:
        """What was tuned before this job of the voice as it is now."""
        held = self._held
        if held is None or self._mine(held):
            return held and held.before
        return held if self._counts(held) else None

    @property
    def untuned(self) -> bool:
        """Whether nothing tells of the emotions but the literature: nothing better can be lost."""
        held = self._held
        return list(self.rivals) == [LITERATURE] and (held is None or self._counts(held))

    @property
    def rivals(self) -> dict[str, Tendencies]:
        """What the priors of the job are measured against; those that count come last."""
        found = {LITERATURE: TENDENCIES}
        if self._plan.shipped is not None:
            found[SHIPPED] = self._plan.shipped
        own = self.earlier
        if own is not None and not own.emotions.keys().isdisjoint(self._plan.emotions):
            found[OWN] = {**(self._plan.shipped or TENDENCIES), **own.found}
        return found

    def surpasses(self, tuned: Tuned) -> bool:
        """Whether the file came further: the same job, learned or measured in more sentences."""
        held = self._held
        return held is not None and self._mine(held) and _stage(held) > _stage(tuned)

    def put(self, tuned: Tuned) -> bool:
        """Write it, unless the file came further; whether it was written."""
        if self.surpasses(tuned):
            return False
        tuned.save(self.file)
        return True

    def take_back(self, tuned: Tuned) -> None:
        """Leave nothing of this job, unless the file came further: nothing was gained."""
        held = self._held
        if held is None or not self._mine(held) or self.surpasses(tuned):
            return
        if held.before is None:
            self.file.unlink()
        else:
            held.before.save(self.file)

    @property
    def _held(self) -> Tuned | None:
        return Tuned.load(self.file) if self.file.is_file() else None

    def _mine(self, held: Tuned) -> bool:
        """Whether this job wrote it, in an earlier run perhaps."""
        return held.evidence.get("job") == self._plan.digest

    def _counts(self, held: Tuned) -> bool:
        """Whether it is about the voice, and about this version of the engine."""
        engine, voice = self._plan.booth.engine, self._plan.booth.voice
        about = held.engine, held.voice, held.fingerprint
        return about == (engine.name, voice.name, engine.fingerprint)


def _stage(tuned: Tuned) -> tuple[int, int]:
    """How many sentences it was learned and measured in."""
    evidence = tuned.evidence
    return evidence["sentences"], evidence.get("curve", {}).get("sentences", 0)
