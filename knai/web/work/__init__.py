"""What there is to do, safety events, and the end of the day."""
