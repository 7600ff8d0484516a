"""What stands here needs programs that `setup.sh` installs, so it is collected only when it is named."""

collect_ignore_glob = ["*"]
