"""The study database's side: drains the outbox, maps our records to study records."""
