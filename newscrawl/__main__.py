"""Runs the command line: `python -m newscrawl` is the same as `newscrawl`."""

from newscrawl.cli.main import run

if __name__ == "__main__":
    run()
