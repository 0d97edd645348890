"""Whether vault-mem stays fast as a vault grows: every limit, measured beside its floor in the same run."""
