"""The participant's door: turns Telegram updates into actions, and carries messages out."""
