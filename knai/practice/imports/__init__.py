"""Tables brought in from elsewhere: read, mapped, tried, then taken whole or not at all, undone if wanted."""
