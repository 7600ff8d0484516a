#!/usr/bin/env bash
# Installs missing programs of `make test-consumers`: Jekyll and Chromium from Debian, the others into CONSUMERS_HOME
# (.venv/consumers). A second run finds everything installed and takes no time.
set -euo pipefail
cd "$(dirname "$0")"
home=${CONSUMERS_HOME:-../../.venv/consumers}
say() { echo "test-consumers: $*" >&2; }

for program in node npm "${PYTHON:-python3}"; do
  command -v "$program" >/dev/null || { say "$program is missing; install Node 20 or newer with npm, and Python 3.11 or newer"; exit 1; }
done

missing=()
command -v jekyll >/dev/null || missing+=(jekyll)
command -v chromium >/dev/null || missing+=(chromium)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
if [ ${#missing[@]} != 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed: ${missing[*]}; install these Debian packages (as root: apt-get install ${missing[*]}), then run again"
    exit 1
  fi
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" fontconfig >/dev/null
fi

wanted=$(cat setup.sh package.json requirements.txt | sha256sum)
[ "$(cat "$home/.ready" 2>/dev/null)" = "$wanted" ] && exit 0
say "installing the site generators"
mkdir -p "$home/node"
rm -f "$home/.ready"
cp package.json "$home/node/"
npm install --prefix "$home/node" --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error &
node=$!
install() { # ENVIRONMENT PIP-ARGUMENT...: creates a virtual environment and installs packages in it
  "${PYTHON:-python3}" -m venv "$home/$1"
  "$home/$1/bin/python" -m pip install -qq --disable-pip-version-check "${@:2}"
}
install python --requirement requirements.txt
# pywb replays WARC files. It is GPL: a tool in an environment of its own, never a dependency. It needs pkg_resources.
install pywb pywb==2.8.3 setuptools==80.9.0 || say "pywb could not be installed; its tests are skipped"
wait $node
echo "$wanted" >"$home/.ready"
