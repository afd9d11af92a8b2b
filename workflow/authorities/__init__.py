"""Whom the office trusts, decided by two administrators, and word on revocation fetched ahead."""
