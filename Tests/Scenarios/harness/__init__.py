"""Real processes, real faults, and the counting of what became of each request."""
