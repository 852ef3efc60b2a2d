"""``make bench``: what is answered rightly and what a message costs, against plain matchers and a bare server, in the same
run. Prints tables."""

from __future__ import annotations

import os

from tests.bench import ingest, matching, quality

if __name__ == "__main__":
    quality.main(os.environ.get("FAQ_TASKS"))
    matching.main()
    ingest.main()
