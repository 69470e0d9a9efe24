#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sh tests/bench/run.sh [--quick] [NAME...]: installs what is missing (as root), makes a
# release build of its own and runs the benches, all of them if none is named, one after the
# other on the loopback. The result is a table, and build-bench/bench.json. They need the
# machine to themselves, and half an hour; with --quick some minutes, which proves little.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build-bench
cd "$root"

packages="meson ninja-build pkg-config gcc libc6-dev
	libsnmp-dev libevent-dev libyaml-dev libsqlite3-dev uthash-dev libcmocka-dev
	libcurl4-openssl-dev libssl-dev libc-ares-dev libjansson-dev libseccomp-dev
	snmp snmpd snmptrapd nagios4-core monitoring-plugins-basic
	procps python3"

# By ninja itself: it makes its rules anew before it looks for the target.
build_release() {
	[ -e "$build/build.ninja" ] || meson setup --buildtype=release "$build"
	ninja -C "$build" bench
}

. tests/packages.sh
# shellcheck disable=SC2086
install_packages $packages >&2
build_release >&2
quick=
if [ "${1:-}" = --quick ]; then
	quick=$1
	shift
fi
export CHECKD_BUILD="$build" PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 tests/bench/suite.py ${quick:+"$quick"} "$build/bench.json" "$@"
