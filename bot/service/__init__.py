"""One module an act that writes: the order of steps, and nothing else."""
