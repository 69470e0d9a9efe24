# SPDX-License-Identifier: GPL-2.0-or-later
# For scripts to read: what installs the packages that they need.

# Prints those of its arguments that are not installed.
missing_packages() {
	for package; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$status" = installed ] || printf '%s ' "$package"
	done
}

# Installs those of its arguments that are not, as root. RUNLEVEL=1 keeps Debian's scripts from
# starting the daemons of what is installed, where systemd does not run; the tests have their
# own, on ports of their own, in any case.
install_packages() {
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "Please install as root: apt-get install --no-install-recommends $missing" >&2
		return 1
	fi
	apt-get update -q || return 1
	# shellcheck disable=SC2086
	RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $missing
}
