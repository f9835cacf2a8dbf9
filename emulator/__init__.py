"""A Bot API that lives in a process, with a phone in the browser; knows nothing of the trial."""
