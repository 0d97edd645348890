"""Checkouts: the vault as it was, in a folder of its own; made, known again, looked after and removed."""
