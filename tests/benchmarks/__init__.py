"""Timings with their commands. Nothing here asserts a time: figures go to docs/benchmarks.md with the command."""
