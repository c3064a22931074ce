"""The models: fetched from named registry packages, pinned by hash, replaceable by path."""
