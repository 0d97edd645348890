"""Looking back: logs, changes, differences, blame, derivations, and how the answers of recall came about."""
