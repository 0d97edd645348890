"""Embedders behind one protocol, `base.Embedder`."""
