"""What pages show: lists, one document, one agency; they read and never write."""
