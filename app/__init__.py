"""Puts the rooms together: settings, clock, logging, wiring, the demo, the command line."""
