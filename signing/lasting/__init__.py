"""Proof that outlives certificates: time-stamps, validation data, renewal."""
