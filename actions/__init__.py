"""What can happen in the trial: one verb per function, one transaction per verb."""
