"""Checking signatures: any bytes in, a verdict out; facts, rules and words kept apart."""
