"""The whole staff of the province at their desks, for measurement and for the kill test.

Whatever waits for a person is done, several things at a time. Whoever is refused tries again at
the next look round, as people do; what was refused is counted.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

from console import way
from kernel.errors import DomainError
from workflow.office import Office


class Staff:
    """Some pairs of hands that do what waits."""

    def __init__(self, office: Office, hands: int) -> None:
        self.refusals: Counter[str] = Counter()
        """How often people were told what, by code."""

        self._office = office
        self._pool = ThreadPoolExecutor(hands)
        self._busy: dict[object, Future[None]] = {}

    def __enter__(self) -> Self:
        """Open the desks."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let everybody finish what they are doing."""
        self._pool.shutdown(cancel_futures=True)

    def do(self, key: object, act: Callable[[], object]) -> None:
        """Have something done by the next free hands, unless the same is being done already."""
        if key not in self._busy:
            self._busy[key] = self._pool.submit(self._try, act)

    def look_round(self) -> None:
        """Begin every act that waits for somebody.

        Raises:
            Unavailable: Nobody can see now what waits.
        """
        self._clear()  # before the look: what is done later may not show in it yet
        with self._office.sessions() as session:
            turns = list(way.turns(self._office, session))
        for turn in turns:
            self.do(turn.subject_id, partial(turn.act, self._office))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except DomainError as error:
            self.refusals[error.code] += 1

    def _clear(self) -> None:
        """Put what is done aside; anything but a refusal is a defect and comes up here."""
        for key, done in list(self._busy.items()):
            if done.done():
                del self._busy[key]
                done.result()
