"""Safety events: the list, one of them, and what is told afterwards."""
