"""Pure values and the text format: no file, no git, no index."""
