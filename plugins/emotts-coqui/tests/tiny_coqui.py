"""Tiny models of each family, built from Coqui's own configurations and saved as Coqui saves them.

Their weights are random: they hum and hiss. That is enough to tell what reaches a model.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from TTS.config.shared_configs import BaseAudioConfig, BaseDatasetConfig
from TTS.encoder.configs.speaker_encoder_config import SpeakerEncoderConfig
from TTS.encoder.models.lstm import LSTMSpeakerEncoder
from TTS.tts.configs.forward_tts_config import ForwardTTSArgs
from TTS.tts.configs.glow_tts_config import GlowTTSConfig
from TTS.tts.configs.shared_configs import CharactersConfig
from TTS.tts.configs.speedy_speech_config import SpeedySpeechConfig
from TTS.tts.configs.tacotron2_config import Tacotron2Config
from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
from TTS.tts.models.forward_tts import ForwardTTS
from TTS.tts.models.glow_tts import GlowTTS
from TTS.tts.models.tacotron2 import Tacotron2
from TTS.tts.models.vits import Vits
from TTS.tts.models.xtts import Xtts
from TTS.vocoder.configs import HifiganConfig
from TTS.vocoder.models import setup_generator

from emotts_coqui import CoquiEngine

Make = Callable[..., CoquiEngine]

RATE = 16_000
DIMENSION = 16
EMOTIONS = ("anger", "happiness", "neutral")

LETTERS = CharactersConfig(
    characters_class="TTS.tts.utils.text.characters.Graphemes",
    pad="_",
    eos="",
    bos="",
    blank="<BLNK>",
    characters="abcdefghijklmnopqrstuvwxyz",
    punctuations=" .,?!'",
)
TEXT: dict[str, Any] = {
    "text_cleaner": "basic_cleaners",
    "use_phonemes": False,
    "test_sentences": [],
}
SPECIAL = ("[UNK]", "[SPACE]", "[START]", "[STOP]", "[en]", "[zh-cn]")
VOCABULARY = (*SPECIAL, *"abcdefghijklmnopqrstuvwxyz.,")
SMALL: dict[str, Any] = {
    "hidden_channels": 16,
    "hidden_channels_ffn_text_encoder": 16,
    "num_layers_text_encoder": 1,
    "num_layers_flow": 1,
    "num_layers_posterior_encoder": 1,
    "upsample_initial_channel_decoder": 32,
    "upsample_rates_decoder": [8, 8, 2, 2],
    "upsample_kernel_sizes_decoder": [16, 16, 4, 4],
    "resblock_kernel_sizes_decoder": [3],
    "resblock_dilation_sizes_decoder": [[1, 3, 5]],
}


def embeddings(folder: Path, names: tuple[str, ...], size: int = DIMENSION) -> Path:
    """A d-vector file with two clips a name."""
    rng = np.random.default_rng(0)
    content = {
        f"tiny#{name}-{take}": {"name": name, "embedding": rng.standard_normal(size).tolist()}
        for name in names
        for take in range(2)
    }
    path = folder / "embeddings.json"
    path.write_text(json.dumps(content))
    return path


def vits(folder: Path, **changes: Any) -> Path:
    """VITS; `changes` are arguments of the model."""
    speakers = changes.pop("speakers", [])
    languages = changes.pop("languages", ["en"])
    return _saved(
        folder,
        VitsConfig(
            audio=BaseAudioConfig(sample_rate=RATE, win_length=1024, hop_length=256),
            model_args=VitsArgs(init_discriminator=False, **SMALL, **changes),
            characters=LETTERS,
            speakers=speakers,
            languages=languages,
            **TEXT,
        ),
        Vits,
    )


def vits_of_people(folder: Path) -> Path:
    """VITS with an embedding for each of two speakers."""
    return vits(
        folder, speakers=["p225", "ED\n"], use_speaker_embedding=True, speaker_embedding_channels=8
    )


def vits_of_emotions(folder: Path) -> Path:
    """VITS that was trained on embeddings of emotions."""
    file = embeddings(folder, EMOTIONS)
    return vits(folder, use_d_vector_file=True, d_vector_file=[str(file)], d_vector_dim=DIMENSION)


def your_tts(folder: Path) -> Path:
    """VITS as YourTTS has it: d-vectors of an encoder of voices, several languages."""
    config = SpeakerEncoderConfig(
        audio=BaseAudioConfig(sample_rate=RATE, num_mels=20, do_trim_silence=False),
        model_params={
            "model_name": "lstm",
            "input_dim": 20,
            "proj_dim": DIMENSION,
            "lstm_dim": 16,
            "num_lstm_layers": 1,
            "use_lstm_with_projection": True,
        },
        num_classes_in_batch=2,
        num_utter_per_class=2,
        num_loader_workers=0,
    )
    torch.manual_seed(1)
    encoder = LSTMSpeakerEncoder(20, DIMENSION, 16, 1)
    config.save_json(str(folder / "config_se.json"))
    torch.save({"model": encoder.state_dict()}, folder / "model_se.pth")
    return vits(
        folder,
        languages=["en", "fr-fr"],
        use_language_embedding=True,
        embedded_language_dim=4,
        use_d_vector_file=True,
        d_vector_file=[str(embeddings(folder, ("female-en-5\n", "male en 2")))],
        d_vector_dim=DIMENSION,
        speaker_encoder_config_path=str(folder / "config_se.json"),
        speaker_encoder_model_path=str(folder / "model_se.pth"),
    )


def glow(folder: Path, **changes: Any) -> Path:
    """GlowTTS; Griffin-Lim makes its sound."""
    return _saved(
        folder,
        GlowTTSConfig(
            audio=_audio(),
            out_channels=20,
            hidden_channels_enc=16,
            hidden_channels_dec=16,
            hidden_channels_dp=16,
            num_flow_blocks_dec=2,
            num_block_layers=1,
            encoder_params={
                "kernel_size": 3,
                "dropout_p": 0.1,
                "num_layers": 1,
                "num_heads": 2,
                "hidden_channels_ffn": 16,
                "input_length": None,
            },
            characters=LETTERS,
            datasets=[BaseDatasetConfig(language="de")],
            **TEXT,
            **changes,
        ),
        GlowTTS,
    )


def speedy(folder: Path) -> Path:
    """SpeedySpeech on embeddings of emotions: it can't vary by a seed."""
    taking: dict[str, Any] = {
        "use_d_vector_file": True,
        "d_vector_file": str(embeddings(folder, EMOTIONS)),
        "d_vector_dim": DIMENSION,
    }
    block = {"kernel_size": 4, "num_conv_blocks": 1, "dilations": [1], "num_res_blocks": 1}
    return _saved(
        folder,
        SpeedySpeechConfig(
            audio=_audio(),
            model_args=ForwardTTSArgs(
                use_pitch=False,
                encoder_type="residual_conv_bn",
                encoder_params=block,
                decoder_type="residual_conv_bn",
                decoder_params=block,
                hidden_channels=16,
                out_channels=20,
                **taking,
            ),
            characters=LETTERS,
            **taking,
            **TEXT,
        ),
        ForwardTTS,
    )


def tacotron2(folder: Path) -> Path:
    """Tacotron 2, whose prenet drops out when it speaks."""
    return _saved(
        folder,
        Tacotron2Config(
            audio=_audio(80),
            out_channels=80,
            max_decoder_steps=20,
            prenet_dropout_at_inference=True,
            characters=LETTERS,
            **TEXT,
        ),
        Tacotron2,
    )


def vocoder(folder: Path) -> Path:
    """A HiFi-GAN for the spectrograms of the others."""
    torch.manual_seed(0)
    config = HifiganConfig(
        audio=_audio(),
        generator_model_params={
            "upsample_factors": [8, 8, 2, 2],
            "upsample_kernel_sizes": [16, 16, 4, 4],
            "upsample_initial_channel": 32,
            "resblock_kernel_sizes": [3],
            "resblock_dilation_sizes": [[1, 3, 5]],
            "resblock_type": "1",
        },
    )
    config.save_json(str(folder / "config.json"))
    path = folder / "vocoder.pth"
    # The form of the older ones, without a discriminator, which is large.
    torch.save({"model": setup_generator(config).state_dict(), "model_disc": {}}, path)
    return path


def xtts(folder: Path, *, speakers: bool = True) -> Path:
    """XTTS v2 of one small layer, with a tokenizer of letters."""
    _vocabulary(folder / "vocab.json")
    config = XttsConfig(
        model_args=XttsArgs(
            gpt_layers=1,
            gpt_n_model_channels=64,
            gpt_n_heads=2,
            gpt_max_audio_tokens=10,
            gpt_max_text_tokens=200,
            gpt_number_text_tokens=len(VOCABULARY),
            gpt_start_text_token=2,
            gpt_stop_text_token=3,
            gpt_num_audio_tokens=34,
            gpt_start_audio_token=32,
            gpt_stop_audio_token=33,
            gpt_use_perceiver_resampler=True,
            decoder_input_dim=64,
        ),
        languages=["en", "zh-cn"],
        top_k=5,
    )
    made = _saved(folder, config, Xtts)
    if speakers:
        torch.manual_seed(2)
        known = {
            name: {
                "gpt_cond_latent": torch.randn(1, 32, 64),
                "speaker_embedding": torch.nn.functional.normalize(torch.randn(1, 512, 1), dim=1),
            }
            for name in ("Claribel Dervla", "Ana Florence")
        }
        torch.save(known, folder / "speakers_xtts.pth")
    return made


def _audio(mels: int = 20) -> BaseAudioConfig:
    return BaseAudioConfig(
        sample_rate=RATE,
        fft_size=512,
        win_length=512,
        hop_length=256,
        num_mels=mels,
        do_trim_silence=False,
        griffin_lim_iters=10,
    )


def _saved(folder: Path, config: Any, kind: Any) -> Path:
    torch.manual_seed(0)
    model = kind(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            # Layers that start at nothing, as a flow's last ones do, would make every input equal.
            if weights.ndim > 1 and not weights.any():
                weights.normal_(0, 0.05)
            # Sounds of more than a frame, so that their length can change.
            if name.endswith("duration_predictor.proj.bias") and weights.numel() == 1:
                weights.fill_(1.5)
            # Draws that differ where they may, and sound different.
            if name.endswith("gpt.mel_head.weight"):
                weights.mul_(4)
            if name.endswith("gpt.mel_embedding.weight"):
                weights.mul_(20)
            if name.endswith("hifigan_decoder.waveform_decoder.conv_pre.weight"):
                weights.mul_(10)
            # It would stop after a token or two.
            if name == "gpt.mel_head.bias":
                weights[config.model_args.gpt_stop_audio_token] = -100
            # A network that was never trained whispers.
            if name.endswith("waveform_decoder.conv_post.parametrizations.weight.original0"):
                weights.mul_(20)
    config.save_json(str(folder / "config.json"))
    path = folder / "model.pth"
    torch.save({"model": model.state_dict()}, path)
    return path


def _vocabulary(path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split

    tokens = {name: number for number, name in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(WordLevel(tokens, unk_token="[UNK]"))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.pre_tokenizer = Split("", "isolated")
    tokenizer.save(str(path))
