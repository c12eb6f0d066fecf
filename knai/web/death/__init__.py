"""A death, recorded and taken back."""
