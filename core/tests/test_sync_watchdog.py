"""The thread that ends reads of plain programs when their time is up."""

from __future__ import annotations

import gc
import threading
import weakref

from core_fake import LIMIT

from headwater._sync import KEPT_WATCHES, Watchdog


def test_a_watch_fires_when_its_time_is_up() -> None:
    """The nearest first, though it was set last; calling it off tells that it had fired."""
    dog, fired = Watchdog(), threading.Event()
    order: list[str] = []
    late = dog.watch(3600, lambda: order.append("late"))
    near = dog.watch(0.01, fired.set)
    assert fired.wait(LIMIT)
    assert (dog.call_off(near), dog.call_off(late), order) == (True, False, [])


def test_a_watch_that_was_called_off_does_not_fire() -> None:
    """The next one does."""
    dog, fired = Watchdog(), threading.Event()
    order: list[str] = []
    first = dog.watch(0.01, lambda: order.append("first"))
    was_late = dog.call_off(first)
    dog.watch(0.02, fired.set)
    assert fired.wait(LIMIT)
    assert order == (["first"] if was_late else [])


def test_watches_that_were_called_off_are_forgotten() -> None:
    """A busy program makes one for each read, with a deadline minutes away: none may be kept until then."""

    class Response:
        def cut(self) -> None: ...

    dog = Watchdog()
    dog.watch(1800, lambda: None)  # the nearest, on which its thread waits
    gone: list[weakref.ref[Response]] = []
    for _ in range(5_000):
        response = Response()
        gone.append(weakref.ref(response))
        dog.call_off(dog.watch(3600, response.cut))
    del response
    gc.collect()
    assert sum(reference() is not None for reference in gone) <= 2 * KEPT_WATCHES


def test_one_thread_watches_for_all() -> None:
    """However many watches there are, and from whatever thread they come."""
    dog = Watchdog()
    before = threading.active_count()
    makers = [threading.Thread(target=lambda: [dog.watch(3600, lambda: None) for _ in range(50)]) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(LIMIT)
    assert threading.active_count() - before == 1
