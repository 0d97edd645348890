"""Lexical engines behind one protocol, `base.LexicalIndex`."""
