"""The test kit for plugins: contract checks, and small engines and a classifier to test against.

```python
from emotts.testing import check_engine


def test_the_engine_keeps_its_promises():
    check_engine(MyEngine(MyEngine.Options()))
```
"""

from emotts.testing.check import check_check, check_promises
from emotts.testing.classifier import check_classifier, classifier_promises
from emotts.testing.contract import Outcome
from emotts.testing.engine import check_engine, engine_promises
from emotts.testing.gated import Gate, GatedEngine
from emotts.testing.installed import check_plugin
from emotts.testing.pitch import PitchClassifier
from emotts.testing.speech import spoken
from emotts.testing.surroundings import plugins_with, unfinished
from emotts.testing.tone import ToneEngine

__all__ = [
    "Gate",
    "GatedEngine",
    "Outcome",
    "PitchClassifier",
    "ToneEngine",
    "check_check",
    "check_classifier",
    "check_engine",
    "check_plugin",
    "check_promises",
    "classifier_promises",
    "engine_promises",
    "plugins_with",
    "spoken",
    "unfinished",
]
