"""Pretend participants and a virtual clock: a whole trial in a minute."""
