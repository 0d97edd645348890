"""Judging recall by what a vault says itself: what replaces what, what is linked where, and what asks what."""
