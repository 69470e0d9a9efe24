#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# zabbix-trap.sh FILE: appends a notification to FILE as zabbix_server wants it, whose
# SNMPTrapperFile this is. snmptrapd runs it, with -On, by a line of snmptrapd.conf:
#
#     traphandle default /usr/share/doc/checkd/zabbix/zabbix-trap.sh /var/log/snmptrap/traps.log
#
# It is made of what a shell has built in, so that a storm of traps starts one process each.
set -f
export LC_ALL=C

# The sender's host name is nothing to rely on; then comes UDP: [192.0.2.1]:32768->[...]:162
read -r _
read -r transport
address=${transport#*\[}
address=${address%%\]*}

# All in one write, since zabbix_server may read at any time. The word that begins a
# notification must not come from one.
text="ZBXTRAP $address"
while read -r line || [ -n "$line" ]; do
	while :; do
		case $line in
		*ZBXTRAP*) line=${line%%ZBXTRAP*}ZBX-TRAP${line#*ZBXTRAP} ;;
		*) break ;;
		esac
	done
	text="$text
  $line"
done
printf '%s\n' "$text" >>"${1:?usage: zabbix-trap.sh FILE}"
