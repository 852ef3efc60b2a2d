"""``make bench``: what a message costs, against a bare server and plain matching, in the same run. Prints tables."""

from __future__ import annotations

from tests.bench import ingest, matching

if __name__ == "__main__":
    matching.main()
    ingest.main()
