#!/bin/sh
# What `make` does first. Usage, in the folder of newscrawl: [PYTHON=…] sh setup.sh FOLDER [GOAL]
# Makes the virtual environment FOLDER and installs newscrawl in it; makes it anew where its install was not finished, it
# was moved, its Python is gone, or PYTHON is another. Without PYTHON a whole one stays, and a new one is of python3.
# `sh setup.sh --other PYTHON` prints the newest Python here of another version than PYTHON, if there is one.
# What is downloaded must have a hash of hashes.txt; HASHES= takes the versions of constraints.txt without.
set -eu
fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
version() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

newest() { # BUT: the newest Python that serves, and is not of the version BUT
  for wanted in 3.14 3.13 3.12 3.11; do
    [ "$wanted" != "$1" ] || continue
    for python in "$(command -v "python$wanted")" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$wanted".*/bin/python3 \
      "$(uv python find --no-python-downloads --system "$wanted" 2>/dev/null)"; do
      if [ -n "$python" ] && "$python" -c "$fits" 2>/dev/null; then
        echo "$python"
        return
      fi
    done
  done
}

if [ "$1" = --other ]; then
  newest "$(version "$2" | cut -d. -f1,2)"
  exit
fi

venv=$1
python=${PYTHON:-python3}
say() {
  echo "make: $*" >&2
  exit 1
}
identity() { # OF: where an environment is, and the Python that it is of
  echo "$(pwd -P) $venv $("$1" -c 'import sys; print(sys.base_prefix, sys.version_info[:2])' 2>/dev/null)"
}
hashes=${HASHES-hashes.txt}
files=$(cat setup.sh pyproject.toml constraints.txt ${hashes:+"$hashes"} | cksum)
there=$(identity "$venv/bin/python")

if [ "$(sed -n 1p "$venv/.ready" 2>/dev/null)" = "$there" ] && [ "${PYTHON:+$(identity "$python")}" = "${PYTHON:+$there}" ]; then
  [ "$(sed 1d "$venv/.ready")" != "$files" ] || exit 0
  rm "$venv/.ready"
else
  is=$(version "$python") || is=
  case $is in
    3.1[1-9].* | 3.[2-9][0-9].*) ;;
    *)
      found=$(newest "")
      [ -n "$found" ] && advice="give one: make${2:+ $2} PYTHON=$found" ||
        advice="none is found here: install one (Debian 12, Ubuntu 24.04 and Homebrew have it), or give one: make${2:+ $2} PYTHON=…"
      [ -n "$is" ] && is="$python is $is" || is="$python does not run"
      say "newscrawl needs Python 3.11 or newer, and $is; $advice"
      ;;
  esac
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    say "$python has no venv; install what Debian and Ubuntu call python${is%.*}-venv (as root: apt-get install python${is%.*}-venv)"
  [ ! -e "$venv" ] || [ -e "$venv/pyvenv.cfg" ] || rmdir "$venv" 2>/dev/null ||
    say "$venv is there and is no virtual environment; give another folder: VENV=…"
  "$python" -m venv --clear "$venv"
fi
pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
if [ -n "$hashes" ]; then
  sed -n '/^pip==/,/[^\\]$/p' "$hashes" >"$venv/pip.txt" # alone, for an older pip cannot tell which lines it needs
  pip --upgrade --require-hashes --requirement "$venv/pip.txt"
  set -- --no-require-hashes --constraint "$hashes" --build-constraint "$hashes" # newscrawl itself has no hash
else
  pip --upgrade --constraint constraints.txt pip
  set -- --constraint constraints.txt
fi
pip "$@" --group dev --editable '.[canary,metrics,parquet,remote,report,browse]'
printf '%s\n%s\n' "$(identity "$venv/bin/python")" "$files" >"$venv/.ready"
