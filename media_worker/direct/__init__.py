"""Direct: runs the script by folding the timeline and acting on what it asks for."""
