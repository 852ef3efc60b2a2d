"""What is on disk: rows, the one writer, and statements written once for every store."""
