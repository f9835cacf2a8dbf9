"""Benchmarks: what a tick, a reminder, a tap, a list page and a start cost, side by side with the bare libraries."""
