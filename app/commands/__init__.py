"""The command line, one file per noun; `app.__main__` hangs them together."""
