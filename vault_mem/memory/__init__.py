"""The service: every verb of memory, and the one place that wires vault, index and recall together."""
