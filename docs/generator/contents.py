"""What is on the pages, in which order."""

# Heading → where the names below it are found. All of `emotts.__all__` must be here.
PYTHON = {
    "Speaking and hearing": (
        "host.Host",
        "intake.RequestOptions",
        "recital.Recital",
        "config.Config",
        "audio.read",
    ),
    "What comes back": (
        "speech.Speech",
        "speech.Choice",
        "records.Candidate",
        "records.Prediction",
        "records.Measurement",
        "effort.Effort",
        "effort.Diversity",
    ),
    "What is asked for": (
        "emotions.EMOTIONS",
        "emotions.Target",
        "speech.Request",
        "speech.Reference",
        "speech.Tone",
    ),
    "Audio": ("audio.Audio",),
    "Data sets": (
        "labelling.run.label",
        "labelling.sources.Sources",
        "labelling.plan.Progress",
    ),
}
PLUGINS = {
    "Engines": (
        "engine.Engine",
        "wrapper.EngineWrapper",
        "records.Voice",
        "records.Take",
        "records.Conditioning",
        "records.Rendering",
    ),
    "Controls": ("controls.Control", "controls.resolve"),
    "Classifiers": ("classifier.Classifier", "records.Profile"),
    "Checks": ("check.Check",),
    "Protocols and executors": ("protocol.Protocol", "executor.Executor"),
    "Options": ("options.Options",),
    "Tests": (
        "testing.engine.check_engine",
        "testing.classifier.check_classifier",
        "testing.check.check_check",
        "testing.installed.check_plugin",
        "testing.engine.engine_promises",
        "testing.classifier.classifier_promises",
        "testing.check.check_promises",
        "testing.contract.Outcome",
        "testing.tone.ToneEngine",
        "testing.pitch.PitchClassifier",
        "testing.gated.GatedEngine",
        "testing.gated.Gate",
        "testing.speech.spoken",
        "testing.surroundings.plugins_with",
        "testing.surroundings.unfinished",
    ),
}
PROMISES = {
    "of every plugin": ("plugin",),
    "of every engine, classifier and check": ("component",),
    "of engines": ("engine", "renderings"),
    "of classifiers": ("classifier", "predictions"),
    "of checks": ("check",),
}
BUILT_IN = ("hibari", "compact", "functionals", "signal", "prosody", "likeness")
