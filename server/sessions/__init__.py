"""Sessions as staff see them: create, list, look into, watch live."""
