#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [SECONDS]: builds the fuzzers in build-fuzz/ and runs each for SECONDS (60), two at
# once, and import for half as long. Prints a line a fuzzer, exits with 1 on a finding: it prints
# that and the input that shows it, in base64, and leaves both in build-fuzz/. What reaches new
# code is kept there too, for the next run to begin with.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build-fuzz
seconds=${1:-60}
cd "$root" || exit 1

# All that the unit tests need but the fuzzers not is left out.
build_fuzzers() {
	[ -e "$build/build.ninja" ] || CC=clang meson setup -Dfuzz=true \
		-Db_sanitize=address,undefined -Db_lundef=false "$build" || return 1
	meson compile -C "$build" fuzz_config fuzz_control fuzz_import fuzz_perfdata fuzz_wire \
		fuzz_worker seed_wire
}

# fuzz NAME LARGEST_INPUT FOLDER OPTION...: begins with the inputs of the folder.
fuzz() {
	name=$1
	largest=$2
	folder=$3
	shift 3
	work=$build/fuzz-$name
	mkdir -p "$work/inputs"
	"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=1024 -max_len="$largest" -print_final_stats=1 \
		-artifact_prefix="$work/" "$@" "$work/inputs" "$folder" >"$work/log" 2>&1
	status=$?
	executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
	coverage=$(sed -n 's/.*[[:space:]]cov: \([0-9]*\) ft: .*/\1/p' "$work/log" | tail -n 1)
	found=$(sed -n 's/.*Test unit written to //p' "$work/log")
	echo "fuzz_$name: ${executions:-?} executions, coverage ${coverage:-?}," \
		"$([ $status -eq 0 ] && echo "nothing found" || echo "FOUND ${found:-see $work/log}")"
	[ $status -eq 0 ] || show_finding "$work/log" "$found"
	return $status
}

# show_finding LOG INPUT: where nothing but the output is left of a run, that is all there is.
show_finding() {
	grep -A 12 -e "runtime error:" -e "ERROR:" "$1" | head -n 40
	[ -z "$2" ] || base64 "$2"
}

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
build_fuzzers || exit 1
mkdir -p "$build/seeds-wire" || exit 1
"$build/tests/fuzz/seed_wire" "$build/seeds-wire" || exit 1
cp tests/fuzz/corpus/wire/* "$build/seeds-wire" || exit 1
# The keys that the configuration knows, for libFuzzer to put in.
sed -n 's/.*{CONFIG_SECTION_[A-Z]*, \("[a-z_]*"\),.*/\1/p' src/engine/config_keys.c \
	>"$build/keys" || exit 1

# Two at once: each takes a processor.
result=0
fuzz perfdata 4096 tests/fuzz/corpus/perfdata &
other=$!
fuzz control 4096 tests/fuzz/corpus/control || result=1
wait $other || result=1
fuzz wire 4200 "$build/seeds-wire" &
other=$!
fuzz config 4096 tests/golden -dict="$build/keys" || result=1
wait $other || result=1
# For half as long; a few octets can stand for many lines, up to a bound.
seconds=$(((seconds + 1) / 2))
fuzz import 4096 tests/golden-import -timeout=60 &
other=$!
fuzz worker 1024 tests/fuzz/corpus/worker || result=1
wait $other || result=1
exit $result
