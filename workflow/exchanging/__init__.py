"""What goes out and comes in over the axis: packets, the outbox, the directory."""
