"""Recalls of agents' sessions: recorded in the user's state folder, and asked again at the revision each one saw."""
