# (pyHanko is typed in part only)

"""A signed page may wait for an object that does not exist yet; whoever makes it changes the page.

A reference to nothing counts as null, so the reader of the signed file sees no trace of it. pyHanko
takes an object that only appears later for one that nothing leads to, and lets it pass.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import ReferenceUpdate, SuspiciousModification, WhitelistRule


class NothingAwaitedRule(WhitelistRule):
    """Lets nothing pass, and forbids to make what the older revision already referred to."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give nothing.

        Raises:
            SuspiciousModification: A new object had been waited for.
        """
        xrefs = old.reader.xrefs
        made = {
            reference
            for reference in new.explicit_refs_in_revision()
            if xrefs.get_historical_ref(reference, old.revision) is None
        }
        awaited = made & old.collect_dependencies(old.trailer_view)
        if awaited:
            raise SuspiciousModification(f"the signed revision had waited for {awaited}")
        return ()
