#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sh tests/nms/run.sh [zabbix|cacti|prometheus|traps|all]...: installs what the tests of these
# systems need (as root), builds checkd where CHECKD_BUILD does not name a build, and runs
# them in a network namespace that has nothing but lo, so that none of them reaches further,
# and in a namespace of processes, so that none of them is left however the tests end.
# CHECKD_NMS_JOBS runs as many at once, by pytest-xdist.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

systems=
for system in "${@:-all}"; do
	case $system in
	# Zabbix serves all its tests, and runs until the last of all.
	all) systems='prometheus traps cacti zabbix' ;;
	zabbix | cacti | prometheus | traps) systems="$systems $system" ;;
	*)
		echo "usage: sh tests/nms/run.sh [zabbix|cacti|prometheus|traps|all]..." >&2
		exit 2
		;;
	esac
done

# The packages of a system stand in its file, a word each, behind # a comment.
packages_of() {
	sed 's/#.*//' tests/nms/common.packages "tests/nms/$1.packages"
}

# A system's .prepare is what its packages want to find.
install_all() {
	packages=$(for system in $systems; do packages_of "$system"; done)
	# shellcheck disable=SC2086
	[ -n "$(missing_packages $packages)" ] || return 0
	for system in $systems; do
		[ ! -e "tests/nms/$system.prepare" ] || sh "tests/nms/$system.prepare"
	done
	# shellcheck disable=SC2086
	install_packages $packages
}

. tests/packages.sh
install_all
if [ -z "${CHECKD_BUILD:-}" ]; then
	CHECKD_BUILD=$root/build-nms
	[ -e "$CHECKD_BUILD/build.ninja" ] || meson setup "$CHECKD_BUILD"
	meson compile -C "$CHECKD_BUILD"
fi
export CHECKD_BUILD PYTHONDONTWRITEBYTECODE=1
# Nothing can be fetched from within.
sh tests/integration/base-mibs.sh "${CHECKD_BASE_MIBS:-$CHECKD_BUILD/base-mibs}"

# Some containers, and hosts for other users than root, allow no namespace. The tests keep to
# loopback in any case, except for those of Zabbix and Cacti, which are other people's programs.
# The shell is the first process of the namespace, with which all others end; it ends with
# unshare, and that with the tests.
# shellcheck disable=SC2016
set -- unshare --net --pid --fork --kill-child --mount-proc \
	sh -c 'ip link set lo up && "$@"; exit "$?"' sh
if ! "$@" true 2>/dev/null; then
	case $systems in
	*zabbix* | *cacti*)
		echo "No network namespace can be made, so Zabbix and Cacti are not run." >&2
		exit 1
		;;
	esac
	echo "No network namespace can be made: the tests run on the host's loopback." >&2
	set -- env
fi

# shellcheck disable=SC2046
exec "$@" /usr/bin/python3 -m pytest -c tests/pytest.ini --rootdir tests -q \
	${CHECKD_NMS_JOBS:+-n "$CHECKD_NMS_JOBS"} \
	${CHECKD_NMS_RESULTS:+--junitxml "$CHECKD_NMS_RESULTS"} \
	$(for system in $systems; do find tests/nms -name "test_$system*.py" | LC_ALL=C sort; done)
