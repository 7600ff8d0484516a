"""One file per site. What is true for every site is in `newscrawl`; what is true for one is in its site file."""
