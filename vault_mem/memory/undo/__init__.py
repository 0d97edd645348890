"""Taking back: acts and sessions undone, and returns to an earlier state, each by a new commit."""
