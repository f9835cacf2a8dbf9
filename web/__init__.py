"""The coordinator's door: pages that read reports and call actions."""
