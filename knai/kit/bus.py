"""News inside one process: after a commit, tell whoever listens. Loses nothing that matters, for
everything told here can be read from the database again."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction

Listener = Callable[[dict[str, Any]], None]
_listeners: dict[str, list[Listener]] = defaultdict(list)
_guard = threading.Lock()


def subscribe(topic: str, listener: Listener) -> Callable[[], None]:
    """Call `listener(message)` for each message on `topic`, on the publisher's thread.

    returns  a function that ends the subscription
    """
    with _guard:
        _listeners[topic].append(listener)

    def unsubscribe() -> None:
        with _guard:
            if listener in _listeners[topic]:
                _listeners[topic].remove(listener)

    return unsubscribe


def publish(topic: str, message: dict[str, Any]) -> None:
    """Tell the listeners of `topic` now."""
    for listener in tuple(_listeners.get(topic, ())):
        listener(message)


def publish_on_commit(topic: str, message: dict[str, Any]) -> None:
    """Tell them once the running transaction has committed, never if it rolls back."""
    transaction.on_commit(lambda: publish(topic, message))
