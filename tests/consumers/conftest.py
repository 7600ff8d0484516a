"""These tests need programs that `setup.sh` installs, so they are collected only if their files are named."""

collect_ignore_glob = ["*"]
