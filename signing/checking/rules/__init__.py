"""What must hold before a signature counts: the rules of the gate, by the question they answer."""
