"""What the samples' README and page say in words."""

from collections.abc import Mapping
from typing import Any

Sample = Mapping[str, Any]


def command(sample: Sample, takes: int) -> str:
    """What speaks a sample again."""
    name = f"{sample['emotion']}-{sample['number']}"
    return (
        f'emotts say "{sample["text"]}" --emotion {sample["emotion"]} '
        f"--takes {takes} --stop never -o {name}.wav"
    )


def top(sample: Sample, index: int) -> str:
    """What is heard first in a take, and how sure."""
    scores = sample["candidates"][index]["prediction"]
    emotion = max(scores, key=scores.__getitem__)
    return f"{emotion} {scores[emotion]:.0%}"


def readme(evidence: Mapping[str, Any]) -> str:
    """The README: how the samples were made, and a table of them."""
    listed = "\n".join(f"{n}. {text}" for n, text in enumerate(evidence["sentences"], 1))
    rows = "\n".join(_row(sample) for sample in evidence["samples"])
    matched = sum(sample["matched"] for sample in evidence["samples"])
    example = command(evidence["samples"][0], evidence["takes"])
    return f"""# Samples

Open [index.html](index.html) to hear take 0 and the chosen take side by side, with their pitch and
all that was heard in them. `make samples` remakes everything here; one of them alone:

```text
{example}
```

The engine is {evidence["engine"]}; of {evidence["takes"]} takes of each sentence the classifier
{evidence["classifier"]} chose the best. What was heard is its own view of takes that it chose
itself, no proof; [the proof](../benchmarks/proof/report.md) asks other judges.
{matched} of {len(evidence["samples"])} reached their target.
`evidence.json` has every candidate with its controls, scores and rejections.

{listed}

| sample | take 0 | heard | chosen | heard | score | matched |
|---|---|---|---|---|---|---|
{rows}
"""


def _row(sample: Sample) -> str:
    chosen = sample["chosen"]
    cells = [
        f"{sample['emotion']} {sample['number']}",
        f"[listen]({sample['take0']['file']})",
        top(sample, 0),
        f"[listen]({sample['chosen_take']['file']})",
        top(sample, chosen),
        f"{sample['candidates'][chosen]['score']:+.1f}",
        "yes" if sample["matched"] else "no",
    ]
    return f"| {' | '.join(cells)} |"
