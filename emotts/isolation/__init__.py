"""Parts of a host in processes of their own: a plugin that fails takes nothing else down.

`isolate: true` in the configuration of an engine, a classifier or a check puts it into a worker
process, under another interpreter where one is given, so that plugins whose dependencies exclude
each other work in one host.
"""

from emotts.isolation.check import IsolatedCheck
from emotts.isolation.classifier import IsolatedClassifier
from emotts.isolation.engine import IsolatedEngine
from emotts.isolation.isolated import Isolated

__all__ = ["Isolated", "IsolatedCheck", "IsolatedClassifier", "IsolatedEngine"]
