#!/bin/sh
# Installs what the benchmark compares skitter with, and the web server that it crawls: Debian 12 packages.
# Those that cannot be installed are named; the benchmark skips them.
set -eu
cd "$(dirname "$0")/.."
for package in nginx-light wget wget2 python3-scrapy python3-aiohttp python3-bs4 python3-lxml; do
  ./deps.sh "$package" || echo "bench/deps.sh: $package cannot be installed" >&2
done
