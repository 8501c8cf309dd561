#!/bin/sh
# Builds skitter and runs its tests. Arguments go to ctest: ./test.sh -R UrlTest
# Sources are built in batches, which is quick from nothing. PRESET=asan or tsan adds sanitizers, PRESET=dev builds
# file by file, which is quick after a change; JOBS=N takes another number than the cores. Twice as many tests run at
# once, since many wait for a process or a moment.
set -eu
cd "$(dirname "$0")"
preset=${PRESET:-test}
jobs=${JOBS:-$(nproc)}

# For the builds with sanitizers; the others do not look at them.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.supp}"

./deps.sh
cmake --preset "$preset"
cmake --build --preset "$preset" -j "$jobs"
ctest --preset "$preset" -j "$((jobs * 2))" "$@"
