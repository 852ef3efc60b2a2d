"""Pure decisions: what a message is, where a conversation stands, what the bot does and why."""
