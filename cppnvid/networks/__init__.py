"""Where a network comes from: a seed, or a file of weights."""
