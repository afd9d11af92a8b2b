"""Keys, wherever they lie: in containers, on tokens, at remote services."""
