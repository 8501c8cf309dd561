#!/bin/sh
# Installs every Debian 12 package that building and testing skitter needs; with names, those instead.
# Asks for sudo only when not root; does nothing when all are there.
set -eu

needed="
  cmake g++ ninja-build pkg-config
  libcurl4-openssl-dev libuv1-dev libc-ares-dev libgumbo-dev libsqlite3-dev
  libidn2-dev libpsl-dev libexpat1-dev libzstd-dev libbrotli-dev libxxhash-dev libre2-dev
  zlib1g-dev libssl-dev libabsl-dev libcli11-dev libfmt-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  ca-certificates python3 sqlite3
"
packages=${*:-$needed}

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
  command -v sudo >/dev/null || { echo "deps.sh: not root and no sudo; as root: apt-get install$missing" >&2; exit 1; }
  run=sudo
fi
echo "deps.sh: installing$missing" >&2
$run env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
# shellcheck disable=SC2086  # the list is split on purpose
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
