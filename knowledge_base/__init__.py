"""The shop's FAQ: what it knows, how a question is read, and how sure a match is."""
