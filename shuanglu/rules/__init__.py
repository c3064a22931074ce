"""Rules over facts: observers measure, versioned rules decide what it means."""
