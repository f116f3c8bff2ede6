"""What speaks: a program of its own around the library of eSpeak NG.

    python speak.py LIBRARY DATA                        what the library is, as JSON
    python speak.py LIBRARY DATA VOICE 1=175 3=50 …     standard input, spoken, as 16-bit WAV

The library is GPL-3.0-or-later; here it is in nobody else's process, and whatever it does to a
text, the engine lives on. Only the standard library is imported, so that this starts in some 15 ms.
"""

import ctypes
import json
import sys
import wave
from collections.abc import Sequence

# From speak_lib.h.
SYNCHRONOUS = 2
DONT_EXIT = 0x8000
UTF8 = 1

Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def main(library: str, data: str, *order: str) -> None:
    """Load the library and do what is asked; `data` is empty for the library's own folder."""
    espeak = ctypes.CDLL(library)
    rate = espeak.espeak_Initialize(SYNCHRONOUS, 0, data.encode() or None, DONT_EXIT)
    if rate <= 0:
        sys.exit(f"{library} finds no data{f' in {data}' if data else ''}")
    if order:
        speak(espeak, rate, order[0], order[1:])
    else:
        describe(espeak)


def describe(espeak: ctypes.CDLL) -> None:
    """Print version and data folder."""
    espeak.espeak_Info.restype = ctypes.c_char_p
    folder = ctypes.c_char_p()
    version = espeak.espeak_Info(ctypes.byref(folder))
    print(json.dumps({"version": version.decode(), "data": (folder.value or b"").decode()}))


def speak(espeak: ctypes.CDLL, rate: int, voice: str, settings: Sequence[str]) -> None:
    """Write what the voice makes of standard input."""
    if espeak.espeak_SetVoiceByName(voice.encode()):
        sys.exit(f"it has no voice {voice}")
    for setting in settings:
        parameter, value = map(int, setting.split("="))
        espeak.espeak_SetParameter(parameter, value, 0)
    samples = bytearray()

    def keep(block: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if block:
            samples.extend(ctypes.string_at(block, 2 * count))
        return 0

    callback = Callback(keep)  # named, so that it lives as long as the library calls it
    espeak.espeak_SetSynthCallback(callback)
    text = sys.stdin.buffer.read() + b"\0"
    espeak.espeak_Synth(text, len(text), 0, 0, 0, UTF8, None, None)
    with wave.open(sys.stdout.buffer, "wb") as file:
        file.setparams((1, 2, rate, len(samples) // 2, "NONE", ""))
        file.writeframes(samples)


if __name__ == "__main__":
    main(*sys.argv[1:])
