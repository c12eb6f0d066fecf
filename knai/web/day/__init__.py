"""The day list: who comes, and what each visit still lacks."""
