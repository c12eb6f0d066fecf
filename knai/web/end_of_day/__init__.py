"""The end of a day, and who closed it."""
