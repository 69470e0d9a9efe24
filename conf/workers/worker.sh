#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A worker of checkd: whether a file is there. Lines in, lines out; see checkd-worker(7).
while read -r number timeout_ms name path; do
	if [ -e "$path" ]; then
		echo "$number 0 $path is there"
	else
		echo "$number 2 $path is not there"
	fi
done
