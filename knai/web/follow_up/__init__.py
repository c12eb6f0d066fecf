"""The call of the next day."""
