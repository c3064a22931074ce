"""What must be said, shown, answered and signed: the script as data, and its pure runner."""
