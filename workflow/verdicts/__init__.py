"""Verdicts kept, made again for who looks, and told in words and reports."""
