#!/bin/sh
# Tests Scrapyd end to end in a temporary folder, against a fake site on this machine: an environment, Scrapyd,
# scrapyd-deploy, a job that runs to its end, one that is cancelled, and one that continues it.
#
#   deploy/scrapyd/try.sh [python]      needs Python 3.11+, curl and a package index; ends with 1 if anything is wrong
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null || :; wait; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
fail() {
    say "FAILED: $*"
    tail -n 20 "$work"/*.log "$work"/logs/*/*/*.log 2>/dev/null || :
    exit 1
}
within() { # SECONDS COMMAND…: waits until the command succeeds
    left=$1
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "timed out: $*"
        sleep 1
    done
}
free_port() { python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
value() { python -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
posts() { find "$work/$1/posts" -name '*.md' 2>/dev/null | wc -l; }
up() { curl -fsS "$api/daemonstatus.json" >/dev/null 2>&1; }
state() { curl -fsS "$api/status.json?job=$1" | value currstate; }
finished() { [ "$(state "$1")" = finished ]; }
some_posts() { [ "$(posts "$1")" -ge "$2" ]; }
schedule() { # SITE ARCHIVE
    curl -fsS "$api/schedule.json" -d project=newscrawl -d spider=sina_finance -d channel=china -d since=2d \
        -d "site=$1" -d "setting=NEWSCRAWL_ARCHIVE=$work/$2" | value jobid
}
complete() { # ARCHIVE JOB: checks that all articles are in the archive, and the log of the job
    finished "$2" || within 120 finished "$2"
    [ "$(posts "$1")" -eq "$items" ] || fail "$(posts "$1") posts in $1, not $items"
    grep -q 'newscrawl crawl: ' "$work/logs/newscrawl/sina_finance/$2.log" || fail "the log of $2 has no summary of the crawl"
    ! grep -E '\] (ERROR|CRITICAL): ' "$work/logs/newscrawl/sina_finance/$2.log" ||
        fail "errors in the log of $2"
}

say "environment"
"${1:-python3}" -m venv "$work/venv"
PATH=$work/venv/bin:$PATH
pip install --quiet --disable-pip-version-check --constraint "$root/constraints.txt" --upgrade pip
# newscrawl's dependencies without newscrawl: an installed one would take precedence over the egg.
pip install --quiet --constraint "$root/constraints.txt" --only-deps "$root"
pip install --quiet --constraint "$root/constraints.txt" 'scrapyd==1.6.*' 'scrapyd-client==2.0.*'

say "scrapyd"
port=$(free_port)
api=http://127.0.0.1:$port
{ cat "$here/scrapyd.conf" && echo "http_port = $port"; } >"$work/scrapyd.conf"
(cd "$work" && exec scrapyd --pidfile=) >"$work/scrapyd.log" 2>&1 &
pids="$pids $!"
within 30 up

say "fake site"
items=60 # over two days: yesterday and today
PYTHONPATH=$root python -m newscrawl.demo.fake_site --channels china --days 2 --items "$items" >"$work/fake_site.log" 2>&1 &
pids="$pids $!"
within 30 test -s "$work/fake_site.log"
read -r _ site <"$work/fake_site.log"
sed 's/^  delay: .*/  delay: 0.2/; s/^  concurrency: .*/  concurrency: 1/' "$site" >"$work/slow.yaml"

say "scrapyd-deploy"
# scrapy.cfg has the default port: this is a copy of the project with another port, and with links to the packages.
mkdir -p "$work/project/deploy/scrapyd"
for name in pyproject.toml newscrawl spiders pipelines; do ln -s "$root/$name" "$work/project/$name"; done
cp "$here/setup.py" "$work/project/deploy/scrapyd"
sed "s|^url = .*|url = $api/|" "$here/scrapy.cfg" >"$work/project/deploy/scrapyd/scrapy.cfg"
(cd "$work/project/deploy/scrapyd" && scrapyd-deploy) || fail "scrapyd-deploy"
curl -fsS "$api/listspiders.json?project=newscrawl" | grep -q sina_finance || fail "no spider in the egg"

say "a job that runs to its end"
job=$(schedule "$site" archive)
within 120 finished "$job"
complete archive "$job"

say "a job that is cancelled, and one that continues it"
first=$(schedule "$work/slow.yaml" slow)
within 60 some_posts slow 5
curl -fsS "$api/cancel.json" -d project=newscrawl -d "job=$first" >/dev/null
within 10 finished "$first" # cancel.json sends SIGINT, which ends newscrawl within 5 seconds
kept=$(posts slow)
[ "$kept" -lt "$items" ] || fail "the job had ended before it was cancelled"
second=$(schedule "$site" slow)
within 120 finished "$second"
complete slow "$second"
fetched=$(sed -n "s/.*newscrawl\/posts\/written': \([0-9]*\).*/\1/p" "$work/logs/newscrawl/sina_finance/$second.log")
[ "$fetched" -eq $((items - kept)) ] || fail "$kept posts were there, but $fetched of $items were written"

say "OK: $items posts; cancelled after $kept, the next job wrote the other $fetched"
