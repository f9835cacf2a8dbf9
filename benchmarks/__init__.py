"""Benchmarks: what a tick, a reminder, a tap and a start cost, side by side with the bare libraries."""
