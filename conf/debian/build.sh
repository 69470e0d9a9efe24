#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the Debian packages of this tree, source and binary, and looks at them with lintian.
#
# usage: sh conf/debian/build.sh [FOLDER]
#   FOLDER  where they go, build-package/result unless it is given; what is in it goes.
#
# What the tree has and git knows of is taken, committed or not; without git, all but folders
# build*. DEB_BUILD_OPTIONS=nocheck leaves out the unit tests.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
result=${1:-$top/build-package/result}
changelog=$top/conf/debian/changelog
version=$(dpkg-parsechangelog -l "$changelog" -S Version)
upstream=${version%-*}

if ! grep -q "version: '$upstream'," "$top/meson.build"; then
	echo "build.sh: $changelog has version $upstream, meson.build another" >&2
	exit 1
fi

# The files, each ended by a NUL.
list_files() {
	if [ -e "$top/.git" ]; then
		git -C "$top" ls-files -z --cached --others --exclude-standard
	else
		(cd "$top" && find . -path './build*' -prune -o -type f -print0)
	fi
}

rm -rf "$result"
mkdir -p "$result/checkd-$upstream"
cd "$result"
list_files | tar -C "$top" --null --ignore-failed-read -T - -c | tar -C "checkd-$upstream" -x
tar -cJf "checkd_$upstream.orig.tar.xz" "checkd-$upstream"
cp -R "$top/conf/debian" "checkd-$upstream/debian"
rm -f "checkd-$upstream/debian/build.sh" "checkd-$upstream/debian/README.md"
(cd "checkd-$upstream" && dpkg-buildpackage -us -uc)
rm -rf "checkd-$upstream"
lintian --fail-on error,warning --info --pedantic ./*.changes
