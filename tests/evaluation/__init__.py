"""The evaluation (``make evaluate``): labelled sessions through a real browser and pipeline."""
