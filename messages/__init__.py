"""What people read: pure wording from plain facts, in either language; and how a message is handed over."""
