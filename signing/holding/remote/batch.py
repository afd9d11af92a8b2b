"""A batch that waits for a person's telephone without anybody waiting for it.

The dialogue with the service runs in a thread of the signing process, from the secret to the last
signature, because it has to go on although the person closes the page. What is asked meanwhile is
answered at once: not yet. If the process ends, the batch is lost and nothing was signed in our
documents; the person signs again. The thread is a daemon, so that it never delays that end.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread

from signing.holding.remote.port import Outcome, RemoteSigner, Secret, ToSign


@dataclass(frozen=True, slots=True)
class Ticket:
    """What to come back with for the signatures of one batch."""

    _coming: "Future[tuple[Outcome, ...]]" = field(repr=False)

    @property
    def ready(self) -> bool:
        """Tell whether there is something to collect."""
        return self._coming.done()

    def collect(self, wait: float = 0) -> tuple[Outcome, ...] | None:
        """Give the outcomes in the order of the items, or nothing while the person is awaited.

        Args:
            wait: Seconds to wait for them.

        Raises:
            Refused: Nothing was signed, and why.
            Unavailable: Nothing was signed, because the service could not be reached.
        """
        try:
            return self._coming.result(wait)
        except TimeoutError:
            return None


def begin(
    signer: RemoteSigner,
    items: Sequence[ToSign],
    secret: Secret,
    *,
    then: Callable[[], None] = lambda: None,
) -> Ticket:
    """Begin to have ``items`` signed; returns at once.

    Args:
        signer: The credential that signs.
        items: What is to be signed.
        secret: What the person typed.
        then: Called when there is something to collect.
    """
    coming: Future[tuple[Outcome, ...]] = Future()
    wanted = tuple(items)

    def run() -> None:
        try:
            coming.set_result(signer.sign_all(wanted, secret))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            coming.set_exception(error)
        then()

    Thread(target=run, name="remote-signing", daemon=True).start()
    return Ticket(coming)
