"""The numbered verification steps, one function each; ``verification`` runs them in order."""
