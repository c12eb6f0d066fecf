"""The papers of a clinic: each module gathers the facts of one, a template beside it says how it looks."""
