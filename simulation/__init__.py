"""Pretend participants, a virtual clock, faults and invariants: a whole trial in minutes."""
