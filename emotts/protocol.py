"""The interface of a protocol: another way to be asked for speech than over HTTP."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotts.host import Host


class Protocol(ABC):
    """A protocol that `emotts serve` speaks beside HTTP.

    A plugin hands out its class with the hook `emotts_protocols`; the server makes one of it.
    """

    name: str
    """Unique among the protocols; `[A-Za-z0-9._-]{1,64}`."""

    @abstractmethod
    def serving(self, host: "Host", uri: str) -> AbstractAsyncContextManager[None]:
        """Listen while the context is open, and finish or drop what goes on when it closes.

        Args:
            host: speaks; asked through `Host.astream`, whose streams take turns.
            uri: where to listen.

        Raises:
            ConfigError: on entering, nothing can listen there.
        """
