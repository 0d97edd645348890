"""Vector stores behind one protocol, `base.VectorIndex`."""
