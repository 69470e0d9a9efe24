#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package from its build to its purge, in a Debian of its own that systemd has booted.
#
# usage: sh tests/package/run.sh [DEB]
#   DEB  a package that is there already; else it is built, and looked at by lintian.
#
# Needs root, and installs what it needs; checkd itself is installed in the container only. The
# bare Debian is made once, in build-package/base. The container has a loopback of its own and
# no other network. It takes some four minutes, half of them the build.
# The last line is "N passed, N failed".
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/build-package
base=$work/base
machine=$work/machine
group=/sys/fs/cgroup/systemd/checkd-package
oid=.1.3.6.1.4.1.8072.9999.9999.2412
event_id=38c59d10b194480ebd68b06d1154ef3a
passed=0
failed=0
nspawn_pid=

# ---- words ---------------------------------------------------------------------------

die() {
	echo "tests/package: $*" >&2
	exit 1
}

# check NAME COMMAND...: what the package has to do.
check() {
	name=$1
	shift
	if "$@" >"$work/check.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok   $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		{
			tail -n 20 "$work/check.log"
			[ -z "$nspawn_pid" ] || journal -n 10
		} 2>&1 | sed 's/^/     /'
	fi
}

# wait_for SECONDS COMMAND...
wait_for() {
	deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$deadline" ] || return 1
		sleep 0.3
	done
}

# What builds the package, from its own list, and what makes the container.
install_packages() {
	mkdir -p "$work/source"
	ln -sfn "$top/conf/debian" "$work/source/debian"
	apt-get update -q &&
		DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
			devscripts debootstrap dpkg-dev fakeroot lintian procps systemd-container &&
		DEBIAN_FRONTEND=noninteractive apt-get build-dep -q -y --no-install-recommends \
			"$work/source"
}

# ---- the container -------------------------------------------------------------------

# Not booted, with the network of this machine.
in_folder() {
	folder=$1
	shift
	systemd-nspawn -q -D "$folder" --register=no --keep-unit --as-pid2 --console=pipe \
		--resolv-conf=copy-host --setenv=DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

make_base() {
	if [ ! -e "$base.complete" ]; then
		rm -rf "$base"
		debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$base" &&
			in_folder "$base" apt-get install -q -y --no-install-recommends snmp snmpd &&
			touch "$base.complete"
	fi
}

# A copy with all that the package depends on, so that the container needs no network.
make_machine() {
	rm -rf "$machine"
	cp -a "$base" "$machine"
	cp "$deb" "$machine/root/checkd.deb"
	cp "$work/newer.deb" "$machine/root/newer.deb"
	cp "$top/conf/debian/tests/smoke" "$machine/root/smoke"
	in_folder "$machine" apt-get satisfy -q -y --no-install-recommends \
		"$(dpkg-deb -f "$deb" Depends)"
}

# The same under a higher number.
make_newer() {
	rm -rf "$work/newer"
	dpkg-deb -R "$deb" "$work/newer" &&
		sed -i 's/^Version: .*/&+newer/' "$work/newer/DEBIAN/control" &&
		dpkg-deb -b "$work/newer" "$work/newer.deb"
}

# Where systemd is not what runs this machine, it gets a control group to be the root in.
start_container() {
	if mkdir -p "$group" 2>/dev/null; then
		sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" systemd-nspawn -q -b \
			-D "$machine" --register=no --keep-unit --console=pipe --private-network \
			--link-journal=no -M checkd-package </dev/null >"$work/boot.log" 2>&1 &
	else
		systemd-nspawn -q -b -D "$machine" --register=no --console=pipe \
			--private-network --link-journal=no -M checkd-package \
			</dev/null >"$work/boot.log" 2>&1 &
	fi
	nspawn_pid=$!
}

inside() {
	nsenter -t "$leader" -m -u -i -n -p -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		DEBIAN_FRONTEND=noninteractive "$@"
}

is_booted() {
	leader=$(pgrep -P "$nspawn_pid") || return 1
	case $(inside systemctl is-system-running 2>/dev/null) in
	running | degraded) return 0 ;;
	*) return 1 ;;
	esac
}

end_container() {
	[ -n "$nspawn_pid" ] || return 0
	kill "$nspawn_pid" 2>/dev/null # asks systemd to halt; the second time does not wait for that
	wait_for 3 is_gone || kill "$nspawn_pid"
	wait_for 10 is_gone || kill -9 "$nspawn_pid"
	find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
}

is_gone() {
	! kill -0 "$nspawn_pid" 2>/dev/null
}

# ---- what is looked at ---------------------------------------------------------------

# value COLUMN CHECK: what SNMP shows, where the index is the length of the name and its octets.
value() {
	index=$(printf %s "$2" | od -An -tu1 | tr -s ' ' .)
	inside snmpget -v2c -c smoke -Oqv 127.0.0.1 "$oid.1.2.1.$1.${#2}$index" 2>/dev/null
}

shows() {
	inside systemctl show -P "$1" checkd.service
}

status_has() {
	shows StatusText | grep -q "$1"
}

journal() {
	inside journalctl --sync
	inside journalctl -u checkd -o cat --no-pager "$@"
}

install_package() {
	inside apt-get install -q -y --no-install-recommends /root/checkd.deb &&
		inside systemctl is-active checkd && [ "$(shows Type)" = notify ]
}

# The configuration that the package brings has no checks.
empty_status() {
	wait_for 20 status_has "^0 of 0 checks ok; "
}

# The daemon's number here, which it does not have inside.
host_pid() {
	pgrep -x -f "/usr/sbin/checkd -f -c /etc/checkd/checkd.yaml" --ns "$leader" --nslist pid
}

smoke() {
	inside sh /root/smoke
}

smoke_status() {
	wait_for 20 status_has "^0 of 1 checks ok, 1 unknown; p99 lateness [0-9]* ms; published by SNMP$"
}

is_confined() {
	publisher=$(pgrep -x -P "$(host_pid)" checkd-snmp) &&
		grep -E "^(Uid|Seccomp|NoNewPrivs|CapEff)" "/proc/$publisher/status" \
			>"$work/confined" || return 1
	grep -q "^Seccomp:.2" "$work/confined" && grep -q "^NoNewPrivs:.1" "$work/confined" &&
		grep -q "^CapEff:.0000000000000000" "$work/confined" &&
		! grep -q "^Uid:.*[^0-9]0" "$work/confined"
}

write_checks() {
	printf 'checks:\n' >"$machine/etc/checkd/conf.d/more.yaml"
	for i in $(seq "$1"); do
		echo "  - {name: more$i, command: /bin/true, interval: 1h}"
	done >>"$machine/etc/checkd/conf.d/more.yaml"
}

# Each time the log has it when the command has ended; before or after what systemd says.
reload_waits() {
	for count in 1 2 3 4 5 6 7 8 9 10; do
		write_checks "$count"
		inside systemctl reload checkd || return 1
		journal | tail -n 6 | grep -q "ok: $((count + 1)) checks" || return 1
	done
}

reload_fails() {
	echo "checks: [nonsense]" >"$machine/etc/checkd/conf.d/more.yaml"
	! inside systemctl reload checkd && inside systemctl is-active checkd &&
		journal | grep -q "more.yaml:1: " &&
		status_has "; reload failed, nothing changed: "
}

reload_recovers() {
	write_checks 1
	inside systemctl reload checkd && ! status_has "reload"
}

# A program that has another user's rights by its mode works in a check as elsewhere.
scripts_are_free() {
	cp "$machine/bin/grep" "$machine/usr/local/bin/setuid-grep"
	chmod 4755 "$machine/usr/local/bin/setuid-grep"
	cat >"$machine/etc/checkd/conf.d/more.yaml" <<-'END'
		checks:
		  - {name: free, command: "/usr/local/bin/setuid-grep ^CapEff /proc/self/status",
		     user: nobody, interval: 1s}
	END
	inside systemctl reload checkd && wait_for 20 has_capabilities
}

has_capabilities() {
	value 14 free | grep -q '"CapEff: 0000.*[1-9a-f]'
}

event_has_fields() {
	inside journalctl --sync
	inside journalctl -o json --no-pager CHECKD_CHECK=smoke MESSAGE_ID=$event_id |
		grep '"CHECKD_KIND":"failed"' | grep '"CHECKD_EVENT":"1"' |
		grep '"PRIORITY":"5"' | grep '"SYSLOG_IDENTIFIER":"checkd"' |
		grep '"_SYSTEMD_UNIT":"checkd.service"'
}

# Shorter than the unit's own, so that it does not take a minute.
watchdog_restarts() {
	mkdir -p "$machine/etc/systemd/system/checkd.service.d"
	printf '[Service]\nWatchdogSec=2\nTimeoutAbortSec=2\nRestartSec=1\n' \
		>"$machine/etc/systemd/system/checkd.service.d/quick.conf"
	inside systemctl daemon-reload
	inside systemctl restart checkd
	inside sh -c "kill -STOP $(shows MainPID)"
	wait_for 30 was_restarted
	result=$?
	rm -r "$machine/etc/systemd/system/checkd.service.d"
	inside systemctl daemon-reload
	inside systemctl restart checkd
	return "$result"
}

was_restarted() {
	[ "$(shows NRestarts)" = 1 ] && [ "$(shows ActiveState)" = active ]
}

upgrade_keeps_state() {
	wait_for 20 is_beyond 3 || return 1
	runs=$(value 25 smoke)
	since=$(value 35 smoke)
	pid=$(shows MainPID)
	inside apt-get install -q -y /root/newer.deb || return 1
	[ "$(shows MainPID)" != "$pid" ] && inside systemctl is-active checkd &&
		wait_for 20 is_beyond "$runs" && [ "$(value 35 smoke)" = "$since" ] &&
		[ -e "$machine/etc/checkd/conf.d/smoke.yaml" ]
}

is_beyond() {
	now=$(value 25 smoke) && [ -n "$now" ] && [ "$now" -gt "$1" ] 2>/dev/null
}

removal_keeps_state() {
	inside apt-get remove -q -y checkd || return 1
	! inside systemctl is-active checkd && [ -e "$machine/var/lib/checkd/checkd.db" ] &&
		[ -e "$machine/etc/checkd/checkd.yaml" ] && ! [ -e "$machine/usr/sbin/checkd" ]
}

purge_leaves_nothing() {
	inside apt-get purge -q -y checkd || return 1
	rm -f "$machine/etc/snmp/snmpd.conf.d/checkd.conf" "$machine/usr/local/bin/setuid-grep"
	list_files >"$work/files.after"
	diff "$work/files.before" "$work/files.after"
}

# But for what others write at any time: logs, caches, copies of the list of users.
list_files() {
	inside find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run \
		-o -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /root \
		-o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/snmp \
		-o -path /var/lib/systemd/timers \) -prune \
		-o ! -path '/etc/*-' ! -path /etc/.pwd.lock -print | sort
	inside find /run/checkd /run/systemd/generator.late -name '*checkd*' 2>/dev/null
}

# ---- all of it -----------------------------------------------------------------------

[ "$(id -u)" = 0 ] || die "needs root"
mkdir -p "$work"
deb=${1:-}
install_packages >"$work/packages.log" 2>&1 || die "packages: see $work/packages.log"
if [ -z "$deb" ]; then
	check "it builds, and lintian finds nothing" \
		env DEB_BUILD_OPTIONS=nocheck sh "$top/conf/debian/build.sh" "$work/result"
	deb=$(ls "$work"/result/checkd_*.deb) || die "there is no package"
fi
make_base >"$work/base.log" 2>&1 || die "no bare Debian: see $work/base.log"
make_newer >"$work/newer.log" 2>&1 || die "no newer package: see $work/newer.log"
make_machine >"$work/machine.log" 2>&1 || die "no machine: see $work/machine.log"
trap end_container EXIT
trap 'exit 1' INT TERM HUP PIPE
start_container
wait_for 60 is_booted || die "systemd does not boot: see $work/boot.log"
list_files >"$work/files.before"

check "it installs and starts" install_package
check "systemd finds nothing wrong with its unit" \
	inside systemd-analyze verify --man=no checkd.service
check "the service tells its status" empty_status
check "snmpd publishes a check" smoke
check "the status tells of it" smoke_status
check "the publisher is confined, as its own user" is_confined
check "a reload has ended when systemctl does" reload_waits
check "a reload with an error fails and is told of" reload_fails
check "a reload that is in order again is told of" reload_recovers
check "a setuid plugin works" scripts_are_free
check "an event has its fields in the journal" event_has_fields
check "the watchdog restarts what hangs" watchdog_restarts
check "an upgrade keeps state and configuration" upgrade_keeps_state
check "a removal keeps them" removal_keeps_state
check "a purge leaves nothing" purge_leaves_nothing
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
