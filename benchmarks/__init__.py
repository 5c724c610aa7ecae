"""Each module prints a table of figures; docs/benchmarks.md keeps them with machine and date."""
