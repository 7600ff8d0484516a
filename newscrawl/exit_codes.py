"""The exit codes (`docs/reference.md`)."""

DONE, FAULT, USAGE, PARTLY, NOTHING, UNBALANCED, DAMAGED, HELD, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 130
