"""What the store says: adherence, worklists, deliveries; reads only."""
