"""The model: Coqui's feed-forward architecture, small, its d-vectors being emotion embeddings.

Of Coqui's models the feed-forward ones (SpeedySpeech, FastPitch: `ForwardTTS`) learn fastest on a
processor: convolutions over whole utterances, and an alignment that has a network and a loss of its
own. The d-vector is added to every state of the text, before durations are predicted.
"""

from pathlib import Path

from TTS.config.shared_configs import BaseAudioConfig, BaseDatasetConfig
from TTS.tts.configs.forward_tts_config import ForwardTTSArgs
from TTS.tts.configs.shared_configs import CharactersConfig
from TTS.tts.configs.speedy_speech_config import SpeedySpeechConfig

from training.coqui import NAME, RATE

CHANNELS = 96
BLOCK = {"kernel_size": 4, "num_conv_blocks": 2}


def config(folder: Path, *, batch_size: int, dimension: int) -> SpeedySpeechConfig:
    """The configuration of a model that learns from a corpus.

    Args:
        folder: of the corpus.
        batch_size: clips a step.
        dimension: length of an embedding.
    """
    embeddings = str(folder / "embeddings.json")
    return SpeedySpeechConfig(
        run_name="emotions",
        audio=BaseAudioConfig(
            sample_rate=RATE,
            fft_size=1024,
            win_length=1024,
            hop_length=320,
            num_mels=80,
            mel_fmin=0,
            mel_fmax=RATE / 2,
            do_trim_silence=True,
            trim_db=45,
            griffin_lim_iters=60,
        ),
        model_args=ForwardTTSArgs(
            use_pitch=False,
            encoder_type="residual_conv_bn",
            encoder_params={**BLOCK, "dilations": [1, 2, 4, 1], "num_res_blocks": 4},
            decoder_type="residual_conv_bn",
            decoder_params={**BLOCK, "dilations": [1, 2, 4, 8, 2, 1], "num_res_blocks": 6},
            hidden_channels=CHANNELS,
            detach_duration_predictor=False,
            use_d_vector_file=True,
            d_vector_file=embeddings,
            d_vector_dim=dimension,
        ),
        use_d_vector_file=True,
        d_vector_file=embeddings,
        d_vector_dim=dimension,
        text_cleaner="basic_cleaners",
        use_phonemes=False,
        add_blank=False,
        characters=CharactersConfig(
            characters_class="TTS.tts.utils.text.characters.Graphemes",
            pad="_",
            eos="",
            bos="",
            blank="",
            characters="abcdefghijklmnopqrstuvwxyz",
            punctuations=" .",
        ),
        datasets=[
            BaseDatasetConfig(
                formatter="coqui",
                dataset_name=NAME,
                path=str(folder),
                meta_file_train="train.csv",
                meta_file_val="held-out.csv",
                language="en",
            )
        ],
        batch_size=batch_size,
        eval_batch_size=batch_size,
        num_loader_workers=0,
        num_eval_loader_workers=0,
        max_text_len=200,
        min_seq_len=1,
        shuffle=True,
        test_sentences=[],
    )
