"""The person's git index: read and changed in its file where that is simple, else by git."""
