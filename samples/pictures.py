"""Draw the two pictures of the README from a sentence that is really spoken.

    python -m samples.pictures

Writes docs/table.svg, what `emotts say` shows, and docs/contours.png, the pitch of take 0 and of
the chosen take.
"""

import io
from pathlib import Path

import matplotlib.pyplot as plt
from rich.console import Console
from rich.text import Text

from emotts import Host
from emotts.cli.table import choice_report
from samples.contours import contour

DOCS = Path(__file__).parent.parent / "docs"
TEXT = "There is somebody at the door."
EMOTION = "fear"
WIDTH = 78


def draw_table(host: Host) -> None:
    """What the command prints, as it prints it."""
    (choice,) = host.say(TEXT, EMOTION).choices
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    console.print(Text(f'$ emotts say "{TEXT}" --emotion {EMOTION} -o door.wav'))
    console.print(choice_report(choice))
    # A fixed id keeps the file the same from run to run.
    console.save_svg(str(DOCS / "table.svg"), title="emotts say", unique_id="emotts")


def draw_contours(host: Host) -> None:
    """Pitch over time of both takes, on a log scale."""
    (choice,) = host.say(TEXT, EMOTION).choices
    neutral = choice.candidates[0].audio
    assert neutral is not None
    figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    for audio, label, colour in (
        (neutral, "take 0, neutral", "0.55"),
        (choice.audio, f"take {choice.chosen}, {EMOTION}", "tab:orange"),
    ):
        times, pitch = contour(audio)
        axes.plot(times, pitch, color=colour, linewidth=2.5, label=label)
    axes.set(xlabel="time, s", ylabel="pitch, Hz", yscale="log", ylim=(110, 420), title=TEXT)
    axes.set_yticks(ticks := [120, 160, 200, 300, 400], labels=map(str, ticks), minor=False)
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(DOCS / "contours.png", dpi=120, metadata={"Software": None})


if __name__ == "__main__":
    host = Host()
    draw_table(host)
    draw_contours(host)
