"""`make bench`: ingest beside a hand-written Flask service, then scrapes of a growing database."""

from benchmarks import ingest, scrape

ingest.main()
scrape.main()
