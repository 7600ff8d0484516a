"""One file per stage: a pure function and a thin class. `newscrawl.settings` says in which order they run."""
