"""Whom we trust, and what is known of a certificate under that trust."""
