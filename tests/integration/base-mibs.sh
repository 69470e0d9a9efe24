#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts the MIB modules that CHECKD-MIB builds on into a folder, for smilint and for
# net-snmp's tools: the IETF's from Debian's package erlang-snmp, net-snmp's own from
# libsnmp-base, which net-snmp's programs bring along. Nothing of them is committed.
set -eu

if [ $# -ne 1 ]; then
	echo "usage: $0 FOLDER" >&2
	exit 2
fi
net_snmp_mibs=${NET_SNMP_MIBS:-/usr/share/snmp/mibs}
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ -e "$folder/.complete" ] && exit 0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq -o APT::Sandbox::User=root erlang-snmp
dpkg -x erlang-snmp_*.deb unpacked
for mib in unpacked/usr/lib/erlang/lib/snmp-*/mibs/*.mib; do
	cp "$mib" "$folder/$(basename "$mib" .mib)"
done
cp "$net_snmp_mibs"/NET-SNMP-*.txt "$folder/"
touch "$folder/.complete"
