"""The shell: what reads, evaluates and saves; everything that needs two siblings."""
