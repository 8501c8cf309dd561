#!/bin/sh
# Installs what the benchmark compares skitter with, and the web server that it crawls: Debian 12 packages.
# Those that cannot be installed are named; the benchmark skips them.
set -eu
packages="nginx-light wget wget2 python3-scrapy python3-aiohttp python3-bs4 python3-lxml"

missing=
for package in $packages; do
  state=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  case $state in
    ii*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

run=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "bench/deps.sh: not root and no sudo; as root: apt-get install$missing" >&2; exit 1; }
  run=sudo
fi
$run env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
for package in $missing; do
  $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package" >&2 ||
    echo "bench/deps.sh: $package cannot be installed" >&2
done
