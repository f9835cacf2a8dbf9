"""The study database: what the trial keeps of each participant, under the code alone."""
