"""Benchmarks, run by hand: `python -m tests.benchmarks.locomo` and `python -m tests.benchmarks.latency`."""
