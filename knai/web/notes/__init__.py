"""Notes of sessions: drafted, signed, co-signed, added to."""
