"""What the trial says: terms, regimen, windows, prompts, adherence arithmetic. Pure."""
