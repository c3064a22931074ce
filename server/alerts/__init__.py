"""Alert cases: what the timeline's alerts ask of people, by when, and who answered."""
