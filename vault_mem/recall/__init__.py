"""From a question to ranked passages: terms, candidates, features, ranking. It knows masks and scores, not git."""
