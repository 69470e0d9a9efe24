#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shows checkd at work: builds it, starts it beside a private snmpd and snmptrapd on high
# ports of the loopback, lets a script's exit code go 0 -> 2 -> 1 -> 0, and shows the traps
# and the table. Everything it starts it also ends; all but the build is in a temporary
# folder.
#
# usage: sh conf/quickstart.sh [--once]
#   --once  ends after the demonstration: with 0 if all was seen, with 1 if not.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-quickstart
plugins=/usr/lib/nagios/plugins
packages="meson ninja-build pkg-config gcc libc6-dev libsnmp-dev libevent-dev libyaml-dev
	libsqlite3-dev uthash-dev libcurl4-openssl-dev libssl-dev libc-ares-dev
	libjansson-dev libseccomp-dev snmp snmpd snmptrapd monitoring-plugins-basic"
checks="issue-2412 disk-root load processes users"
script=issue-2412

case ${1-} in
'') once=false ;;
--once) once=true ;;
*)
	echo "usage: sh conf/quickstart.sh [--once]" >&2
	exit 2
	;;
esac

# ---- words ---------------------------------------------------------------------------

say()
{
	printf '\n==> %s\n' "$*"
}

die()
{
	printf '\nquickstart: %s\n' "$*" >&2
	exit 1
}

# ---- what is needed ------------------------------------------------------------------

missing_packages()
{
	command -v dpkg-query >/dev/null || return 0
	for package in $packages; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
		[ "$state" = installed ] || printf ' %s' "$package"
	done
}

install_packages()
{
	missing=$(missing_packages)
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || die "some packages are missing. Install them as root, and start again:

    apt-get update && apt-get install --no-install-recommends$missing"
	say "installing$missing"
	apt-get -qq update
	# Word splitting is meant: these are several packages.
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $missing
}

build_programs()
{
	say "building in build-quickstart/"
	log=$dir/build.log
	if [ ! -f "$build/build.ninja" ]; then
		meson setup -Dtests=false "$build" "$top" >"$log" 2>&1 ||
			die "meson failed: $(cat "$log")"
	fi
	meson compile -C "$build" >"$log" 2>&1 || die "the build failed: $(cat "$log")"
	# The publisher drops its privileges, so it must not lie in a folder of root's own.
	mkdir "$dir/bin"
	cp "$build/src/engine/checkd" "$build/src/snmp/checkd-snmp" "$dir/bin"
}

# ---- waiting -------------------------------------------------------------------------

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; what never comes is noted.
wait_for()
{
	deadline=$(($(date +%s) + $1))
	what=$2
	shift 2
	until "$@"; do
		if [ "$(date +%s)" -ge "$deadline" ]; then
			not_seen="$not_seen
    $what"
			return 0
		fi
		all_alive
		sleep 0.1
	done
}

must_have_all_seen()
{
	[ -z "$not_seen" ] || die "this was not seen:$not_seen

checkd said:
$(cat "$dir/checkd.log")"
}

# ---- processes -----------------------------------------------------------------------

# start NAME COMMAND...: in the background; its number goes to the list.
start()
{
	name=$1
	shift
	"$@" >"$dir/$name.log" 2>&1 &
	running="$running $name:$!"
}

all_alive()
{
	for process in $running; do
		kill -0 "${process#*:}" 2>/dev/null ||
			die "${process%:*} ended: $(cat "$dir/${process%:*}.log")"
	done
}

# The last started ends first: $!, which a signal may have kept from the list, then the list.
# KILL is for what TERM did not end in 10 s.
stop_all()
{
	newest_first=
	for process in $running; do
		newest_first="${process#*:} $newest_first"
	done
	for pid in ${!-} $newest_first; do
		kill -TERM "$pid" 2>/dev/null || :
		deadline=$(($(date +%s) + 10))
		while kill -0 "$pid" 2>/dev/null; do
			[ "$(date +%s)" -lt "$deadline" ] || kill -KILL "$pid" 2>/dev/null || :
			sleep 0.1
		done
		wait "$pid" 2>/dev/null || :
	done
}

clean_up()
{
	status=$?
	trap '' INT TERM HUP
	trap - EXIT
	stop_all
	rm -rf "$dir"
	exit "$status"
}

# ---- SNMP ----------------------------------------------------------------------------

port_is_open()
{
	grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$1") " /proc/net/udp
}

# free_port FIRST: the first UDP port from FIRST on that nobody has.
free_port()
{
	port=$1
	while port_is_open "$port"; do
		port=$((port + 1))
	done
	echo "$port"
}

# The IETF's modules are not in Debian's main archive. These few lines are what the tools
# need of them to name the objects of CHECKD-MIB.
write_mibs()
{
	mkdir "$dir/mibs"
	cp "$build/mibs/CHECKD-MIB.txt" "$dir/mibs"
	cat >"$dir/mibs/SNMPv2-SMI" <<'MIB'
SNMPv2-SMI DEFINITIONS ::= BEGIN
org         OBJECT IDENTIFIER ::= { iso 3 }
dod         OBJECT IDENTIFIER ::= { org 6 }
internet    OBJECT IDENTIFIER ::= { dod 1 }
mgmt        OBJECT IDENTIFIER ::= { internet 2 }
mib-2       OBJECT IDENTIFIER ::= { mgmt 1 }
private     OBJECT IDENTIFIER ::= { internet 4 }
enterprises OBJECT IDENTIFIER ::= { private 1 }
snmpV2      OBJECT IDENTIFIER ::= { internet 6 }
snmpModules OBJECT IDENTIFIER ::= { snmpV2 3 }
END
MIB
	cat >"$dir/mibs/SNMPv2-TC" <<'MIB'
SNMPv2-TC DEFINITIONS ::= BEGIN
TruthValue ::= TEXTUAL-CONVENTION
	STATUS current DESCRIPTION "" SYNTAX INTEGER { true(1), false(2) }
DateAndTime ::= TEXTUAL-CONVENTION
	DISPLAY-HINT "2d-1d-1d,1d:1d:1d.1d,1a1d:1d"
	STATUS current DESCRIPTION "" SYNTAX OCTET STRING (SIZE (8 | 11))
END
MIB
	cat >"$dir/mibs/SNMPv2-CONF" <<'MIB'
SNMPv2-CONF DEFINITIONS ::= BEGIN
END
MIB
	cat >"$dir/mibs/SNMP-FRAMEWORK-MIB" <<'MIB'
SNMP-FRAMEWORK-MIB DEFINITIONS ::= BEGIN
SnmpAdminString ::= TEXTUAL-CONVENTION
	DISPLAY-HINT "255t"
	STATUS current DESCRIPTION "" SYNTAX OCTET STRING (SIZE (0..255))
END
MIB
	cat >"$dir/mibs/SNMPv2-MIB" <<'MIB'
SNMPv2-MIB DEFINITIONS ::= BEGIN
IMPORTS mib-2, snmpModules FROM SNMPv2-SMI;
system      OBJECT IDENTIFIER ::= { mib-2 1 }
snmpTrap    OBJECT IDENTIFIER ::= { snmpModules 1 1 4 }
sysUpTime   OBJECT-TYPE SYNTAX TimeTicks MAX-ACCESS read-only
	STATUS current DESCRIPTION "" ::= { system 3 }
snmpTrapOID OBJECT-TYPE SYNTAX OBJECT IDENTIFIER MAX-ACCESS accessible-for-notify
	STATUS current DESCRIPTION "" ::= { snmpTrap 1 }
END
MIB
	cat >"$dir/mibs/NET-SNMP-MIB" <<'MIB'
NET-SNMP-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM SNMPv2-SMI;
netSnmp             OBJECT IDENTIFIER ::= { enterprises 8072 }
netSnmpExperimental OBJECT IDENTIFIER ::= { netSnmp 9999 }
netSnmpPlaypen      OBJECT IDENTIFIER ::= { netSnmpExperimental 9999 }
END
MIB
}

# snmp COMMAND [OPTION...]: one of net-snmp's tools on the private snmpd.
snmp()
{
	tool=$1
	shift
	"$tool" -v2c -c "$community" -t 5 -r 0 "$@"
}

agent_answers()
{
	snmp snmpget -t 0.5 -On "127.0.0.1:$agent_port" .1.3.6.1.2.1.1.3.0 >/dev/null 2>&1
}

start_snmp()
{
	say "starting a private snmpd (UDP port $agent_port) and snmptrapd ($trap_port)"
	write_mibs
	mkdir "$dir/etc" "$dir/snmp"
	cat >"$dir/etc/snmpd.conf" <<END
master agentx
rocommunity $community 127.0.0.1
trap2sink 127.0.0.1:$trap_port $community
END
	echo "authCommunity log $community" >"$dir/etc/snmptrapd.conf"
	as_nobody=
	if [ "$(id -u)" = 0 ]; then
		chown 65534:65534 "$dir/snmp"
		as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
	fi
	# Word splitting is meant: a command and its options, or nothing.
	# shellcheck disable=SC2086
	start snmptrapd $as_nobody snmptrapd -f -n -Lf "$dir/snmp/traps" -C \
		-c "$dir/etc/snmptrapd.conf" -O sQ \
		-F '%02.2h:%02.2j:%02.2k snmptrapd received\n    %V\n    %v\n\n' "udp:127.0.0.1:$trap_port"
	wait_for 10 "snmptrapd's port" port_is_open "$trap_port"
	# shellcheck disable=SC2086
	start snmpd $as_nobody snmpd -f -Lo -C -c "$dir/etc/snmpd.conf" \
		-I -smux,mteTrigger,mteTriggerConf -x "unix:$dir/snmp/agentx" \
		"udp:127.0.0.1:$agent_port"
	wait_for 10 "an answer of snmpd" agent_answers
	must_have_all_seen
}

# table COLUMN...: these columns of checkTable, as snmptable prints them, side by side.
table()
{
	snmp snmptable -OsU -Cf "$tab" "127.0.0.1:$agent_port" CHECKD-MIB::checkTable 2>/dev/null |
		awk -F "$tab" -v names="$*" '
		BEGIN { count = split(names, wanted, " ") }
		/checkName/ { for (i = 1; i <= NF; i++) at[$i] = i; body = 1 }
		body {
			row++
			for (i = 1; i <= count; i++) {
				cell[row, i] = wanted[i] in at ? $at[wanted[i]] : "?"
				if (row == 1)
					sub(/^check/, "", cell[row, i])
				if (length(cell[row, i]) > 48)
					cell[row, i] = substr(cell[row, i], 1, 45) "..."
				if (length(cell[row, i]) > width[i])
					width[i] = length(cell[row, i])
			}
		}
		END {
			for (r = 1; r <= row; r++) {
				line = ""
				for (i = 1; i <= count; i++)
					line = line sprintf("%-" width[i] "s  ", cell[r, i])
				sub(/ +$/, "", line)
				print line
			}
		}'
}

all_ran()
{
	ran=$(table checkName checkLastOutcome | awk '$2 == "exited" { print $1 }')
	for check in $checks; do
		echo "$ran" | grep -qx "$check" || return 1
	done
}

# has_row TEXT: of the script's check its status, the one before, and the changes.
has_row()
{
	table checkName checkLastStatus checkPreviousStatus checkStatusChanges |
		awk -v name="$script" '$1 == name { $1 = ""; print }' | grep -qx " $1"
}

# traps KIND FROM TO: how many such traps there were of the script's check.
traps()
{
	awk -v RS= -v kind="$1" -v from="$2" -v to="$3" -v name="$script" '
		index($0, "snmpTrapOID.0 = " kind "\n") &&
		index($0, "checkName.\"" name "\" = " name "\n") &&
		index($0, "checkPreviousStatus.\"" name "\" = " from "\n") &&
		index($0, "checkLastStatus.\"" name "\" = " to "\n") { count++ }
		END { print count + 0 }' "$dir/snmp/traps"
}

trap_came()
{
	show_traps
	[ "$(traps "$1" "$2" "$3")" = 1 ]
}

# Prints the traps of checkd that were not printed yet.
show_traps()
{
	awk -v RS= -v shown="$traps_shown" '/ = check/ && ++count > shown { print }' \
		"$dir/snmp/traps"
	traps_shown=$(awk -v RS= '/ = check/ { count++ } END { print count + 0 }' "$dir/snmp/traps")
}

# ---- checkd --------------------------------------------------------------------------

write_code()
{
	echo "$1" >"$dir/code.new"
	mv "$dir/code.new" "$dir/code"
}

write_configuration()
{
	cat >"$dir/checkd.yaml" <<END
state: $dir/checkd.db
control: {socket: $dir/control.sock}
snmp:
  master: unix:$dir/snmp/agentx
END
	[ "$(id -u)" != 0 ] || echo "  user: nobody" >>"$dir/checkd.yaml"
	cat >>"$dir/checkd.yaml" <<END
defaults: {interval: 2s, timeout: 10s}
checks:
  - name: $script
    description: A script that ends with the code in a file
    command: /bin/sh -c 'c=\$(cat $dir/code || echo 2); echo the file says \$c; exit \$c'
    interval: 1s
  - {name: disk-root, command: $plugins/check_disk -w 10% -c 5% -p /}
  - {name: load, command: "$plugins/check_load -w 20,15,10 -c 40,30,20"}
  - {name: processes, command: $plugins/check_procs -w 2000 -c 4000}
  - {name: users, command: $plugins/check_users -w 50 -c 100}
END
}

start_checkd()
{
	say "starting checkd with this checkd.yaml"
	write_code 0
	write_configuration
	cat "$dir/checkd.yaml"
	"$dir/bin/checkd" -t "$dir/checkd.yaml" >"$dir/checkd.log" 2>&1 ||
		die "checkd -t: $(cat "$dir/checkd.log")"
	start checkd env CHECKD_LIBEXECDIR="$dir/bin" "$dir/bin/checkd" -f -c "$dir/checkd.yaml"
	wait_for 30 "a result of each of these in the table: $checks" all_ran
	must_have_all_seen
	show_table
}

show_table()
{
	say "snmptable $where CHECKD-MIB::checkTable (8 of its columns)"
	table checkName checkState checkLastStatus checkPreviousStatus checkStatusChanges \
		checkRuns checkLastRanAge checkLastOutput
}

# change CODE KIND FROM: the script's code becomes CODE, and the trap KIND must come.
change()
{
	say "echo $1 > $dir/code"
	write_code "$1"
	wait_for 15 "one trap $2, $3 -> $1" trap_came "$2" "$3" "$1"
}

demonstrate()
{
	change 2 checkFailed 0
	change 1 checkChanged 2
	change 0 checkRecovered 1
	wait_for 15 "status 0, previous status 1 and 3 changes in the table" has_row "0 1 3"
	[ "$(grep -c "checkName.\"$script\"" "$dir/snmp/traps")" = 3 ] || not_seen="$not_seen
    three traps of $script, no more and no fewer"
	show_table
	must_have_all_seen
}

go_on()
{
	say "it goes on until you press Ctrl-C. In another terminal, you can:"
	cat <<END
    export MIBDIRS=$dir/mibs MIBS=CHECKD-MIB SNMP_PERSISTENT_DIR=$SNMP_PERSISTENT_DIR
    snmpwalk $where CHECKD-MIB::checkLastOutput
    snmpget $where 'CHECKD-MIB::checkLastStatus."$script"'
    echo 1 > $dir/code
END
	while :; do
		all_alive
		show_traps
		sleep 0.2
	done
}

# ---- the whole -----------------------------------------------------------------------

running=
not_seen=
traps_shown=0
tab=$(printf '\t')
install_packages
PATH=$PATH:/usr/sbin:/sbin
dir=$(mktemp -d "${TMPDIR:-/tmp}/checkd.XXXXXX")
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$dir"
export MIBDIRS="$dir/mibs" MIBS=SNMPv2-MIB:CHECKD-MIB
export SNMPCONFPATH="$dir/etc" SNMP_PERSISTENT_DIR="$dir/snmp"
community=quickstart$$
agent_port=$(free_port $((20000 + $$ % 10000)))
trap_port=$(free_port $((agent_port + 1)))
where="-v2c -c $community 127.0.0.1:$agent_port"

build_programs
start_snmp
start_checkd
demonstrate
if $once; then
	say "all was seen"
else
	go_on
fi
