"""The signing process: the only one that reads keys, served on a Unix socket of mode 0600."""
