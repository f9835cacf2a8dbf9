"""What the trial says: regimen, windows, prompts, symptoms, triage, duty, adherence. Pure."""
