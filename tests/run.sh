#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing (as root), builds under sanitizers, and runs every test. It goes
# on after a failure, exits with 1 if there was any, and its last line tells the sum.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build-test
clang_build=$root/build-test-clang
results=$build/results
jobs=${CHECKD_TEST_JOBS:-6}
cluster_folder=/etc/postgresql-common/createcluster.d
cd "$root" || exit 1

packages="meson ninja-build pkg-config gcc libc6-dev clang clang-format mandoc
	libsnmp-dev libevent-dev libyaml-dev libsqlite3-dev uthash-dev libcmocka-dev
	libcurl4-openssl-dev libssl-dev libc-ares-dev libjansson-dev libseccomp-dev nginx-light dnsmasq-base openssl iproute2
	postgresql postgresql-client
	keepalived snmp snmpd snmptrapd smitools monitoring-plugins-basic bash-completion
	zsh fish jq procps socat sqlite3 systemd python3 python3-pytest python3-pytest-xdist"

. tests/packages.sh

# What base-mibs.sh fetches needs apt's lists. A file keeps Debian's postgresql from making, and
# starting, a cluster.
install_all() {
	[ "$(id -u)" -ne 0 ] || {
		[ -n "$(ls /var/lib/apt/lists/*_Packages* 2>/dev/null)" ] || apt-get update -q
		mkdir -p "$cluster_folder"
		echo "create_main_cluster = false" >"$cluster_folder/checkd-tests.conf"
	}
	# shellcheck disable=SC2086
	install_packages $packages
	result=$?
	rm -f "$cluster_folder/checkd-tests.conf"
	return "$result"
}

# build_in FOLDER COMPILER OPTION...: all of it, with warnings as errors.
build_in() {
	folder=$1
	compiler=$2
	shift 2
	[ -e "$folder/build.ninja" ] ||
		CC=$compiler meson setup --werror "$@" "$folder" || return 1
	meson compile -C "$folder"
}

build_sanitized() {
	build_in "$build" gcc -Db_sanitize=address,undefined -Db_lundef=false
}

build_with_clang() {
	build_in "$clang_build" clang
}

run_unit_tests() {
	meson test -C "$build" --no-rebuild --print-errorlogs
}

# CHECKD_TEST_ALL: nothing is left out because a package is not there.
run_integration_tests() {
	CHECKD_BUILD=$build CHECKD_TEST_ALL=1 PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest \
		-c tests/pytest.ini --rootdir tests -q -n "$jobs" \
		--durations 10 --junitxml "$results/pytest.xml" tests/integration
}

# The systems that poll and receive, as far as they are quick to run; tests/nms/run.sh has all.
run_nms_tests() {
	CHECKD_BUILD=$build CHECKD_NMS_RESULTS=$results/pytest-nms.xml CHECKD_NMS_JOBS=$jobs \
		sh tests/nms/run.sh prometheus traps
}

lint_manuals() {
	find src -name '*.[1578]' -exec mandoc -T lint -W warning {} +
}

# Of the unit as it is installed, but for where the program is. The exposure is bounded so that
# it does not grow by accident; checks need the machine as it is.
check_unit() {
	mkdir -p "$build/unit"
	sed "s,=/[^ ]*/checkd ,=$build/src/engine/checkd ," "$build/conf/checkd.service" \
		>"$build/unit/checkd.service"
	systemd-analyze verify --man=no "$build/unit/checkd.service" || return 1
	systemd-analyze security --offline=true --threshold=85 --no-pager \
		"$build/unit/checkd.service" >"$build/unit/exposure"
	result=$?
	tail -n 1 "$build/unit/exposure"
	return "$result"
}

run_fuzzers() {
	sh tests/fuzz/run.sh "${CHECKD_FUZZ_SECONDS:-40}"
}

check_format() {
	find src tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
}

# step NAME COMMAND: runs it, and notes its result for the sum.
step() {
	echo "== $1"
	if "$2"; then
		echo "passed $1" >>"$results/steps"
	else
		echo "failed $1" >>"$results/steps"
		return 1
	fi
}

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
mkdir -p "$results"
rm -f "$results"/*
rm -f "$build/meson-logs/testlog.json"
if step "packages" install_all && step "build with gcc and sanitizers" build_sanitized; then
	run_unit_tests
	run_integration_tests
	run_nms_tests
fi
step "build with clang" build_with_clang
step "fuzzers" run_fuzzers
step "manual pages" lint_manuals
step "systemd's unit" check_unit
step "format" check_format
exec /usr/bin/python3 tests/summarize.py "$results" "$build/meson-logs/testlog.json"
