"""What a test puts around the class of a plugin: plugins for a host, and an end of its threads."""

import threading
from collections.abc import Sequence

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.plugins import PluginInfo, Plugins, load
from emotts.testing.gated import PATIENCE_S


def plugins_with(
    *,
    engines: Sequence[type[Engine]] = (),
    classifiers: Sequence[type[Classifier]] = (),
    checks: Sequence[type[Check]] = (),
) -> Plugins:
    """The installed plugins, and one that provides these classes: `Host(config, plugins=…)`.

    Raises:
        PluginError: an installed plugin provides one of their names.
    """
    provides = {"engine": engines, "classifier": classifiers, "check": checks}
    given = {kind: tuple(classes) for kind, classes in provides.items()}
    return Plugins([*load().loaded, PluginInfo("test", "emotts-test", "0", given)])


def unfinished(name: str = "emotts-stream") -> list[threading.Thread]:
    """The threads of a name that do not end, however long they are waited for.

    By default those of `Host.astream`: none is left once whoever listened has gone.
    """
    running = [thread for thread in threading.enumerate() if thread.name == name]
    for thread in running:
        thread.join(PATIENCE_S)
    return [thread for thread in running if thread.is_alive()]
