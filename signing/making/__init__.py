"""Writing signatures: reserved fields, one incremental update, a container, the agency's corner."""
