"""The gate: every rule that must hold before a signature counts.

"Every signature is valid" is not enough: many known attacks leave it true. Each rule gives its
objections; an objection lowers answers, of one signature or of the document. A document passes when
nothing was lowered. docs/validation.md tells the rules by their codes.
"""

from collections.abc import Callable, Iterator

from signing.checking.examined import Examination
from signing.checking.lint import nothing_is_hidden
from signing.checking.rules.certificates import (
    certificate_was_good,
    certificate_was_in_force,
    expected_signatures_are_there,
    signer_came_before_agency,
)
from signing.checking.rules.cryptography import cryptography_is_strong, time_stamps_hold
from signing.checking.rules.integrity import (
    every_field_has_its_own_signature,
    every_signature_was_examined,
    nothing_hangs_behind,
    signature_matches_bytes,
    signed_bytes_are_whole,
    structure_is_regular,
)
from signing.checking.rules.modifications import (
    added_fields_hide_nothing,
    certification_came_first,
    later_changes_are_permitted,
    only_known_fields_were_filled,
    permissions_only_narrow,
)
from signing.checking.rules.objection import Expected, Objection

RULES: tuple[Callable[[Examination, Expected], Iterator[Objection]], ...] = (
    structure_is_regular,
    every_signature_was_examined,
    every_field_has_its_own_signature,
    signed_bytes_are_whole,
    signature_matches_bytes,
    nothing_hangs_behind,
    later_changes_are_permitted,
    only_known_fields_were_filled,
    added_fields_hide_nothing,
    permissions_only_narrow,
    certification_came_first,
    cryptography_is_strong,
    time_stamps_hold,
    certificate_was_good,
    certificate_was_in_force,
    expected_signatures_are_there,
    signer_came_before_agency,
    nothing_is_hidden,
)
