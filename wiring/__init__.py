"""The only place that chooses implementations from settings."""
