"""`python -m newscrawl` is `newscrawl`."""

from newscrawl.cli import run

if __name__ == "__main__":
    run()
