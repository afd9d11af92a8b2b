# (pyHanko is typed in part only)

"""Which changes behind a signature are harmless: pyHanko's whitelist and one rule of ours.

Everything not on the list is suspicious. Common writers (iText 7) list object numbers as free that
were never used; that alone removes nothing a reader could have seen, so it is let pass. It changed
no verdict on any attack known to us.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils.generic import NullObject
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    ModificationLevel,
    ReferenceUpdate,
    StandardDiffPolicy,
    WhitelistRule,
)


class UnusedFreedRule(WhitelistRule):
    """Lets an object be freed that was null before, or that nothing led to."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Give the freed references that did not matter in the older revision."""
        freed = new.refs_freed_in_revision()
        used = old.collect_dependencies(old.trailer_view) if freed else set()
        for reference in freed:
            if reference not in used or isinstance(old(reference), NullObject):
                yield ReferenceUpdate(reference)


DIFF_POLICY = StandardDiffPolicy(
    global_rules=[
        *DEFAULT_DIFF_POLICY.global_rules,
        UnusedFreedRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    reject_object_freeing=False,
)
