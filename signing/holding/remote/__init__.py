"""Keys held by a remote signing service: one port, and how each service is spoken to."""
