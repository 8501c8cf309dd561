#!/bin/sh
# Builds skitter (release), makes the site, and measures skitter beside other crawlers and against its limits.
#
#   bench/run.sh                 20,000 pages, 5 rounds: three quarters of an hour, nearly all of it the slow peers'
#   bench/run.sh --quick         2,000 pages, 1 round: two minutes
#   bench/run.sh --help          the other options
# `bench/deps.sh` installs nginx and the peers.
set -eu
cd "$(dirname "$0")/.."
case " $* " in
  *" --help "* | *" -h "*) ;;
  *)
    log=build/bench.log
    mkdir -p build
    if ! { cmake --preset release && cmake --build --preset release --target skitter skitter-limits; } >"$log" 2>&1; then
      tail -n 40 "$log" >&2
      exit 1
    fi
    ;;
esac
exec /usr/bin/python3 bench/run.py "$@"
