"""HTTP services that the user chose: JSON out, JSON in, bounded in time and size."""
