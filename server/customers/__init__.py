"""The customer's side: a code becomes a token, and two choices are recorded."""
