"""From a question to ranked passages: candidates, fusion, ranking, budget. It knows masks and scores, not git."""
