"""What is remembered: tables, column types, migrations, the session, and who may read what."""
