"""`python -m newscrawl` is `newscrawl`."""

from newscrawl.cli.main import run

if __name__ == "__main__":
    run()
