# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of checkctl(1) in bash; bash-completion loads it.

# _checkctl_names [--groups]: whatever follows -s on the line is asked for names, too.
_checkctl_names() {
	local i socket=()

	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-s | --socket) socket=(-s "${words[i + 1]}") ;;
		--socket=*) socket=(-s "${words[i]#*=}") ;;
		esac
	done
	checkctl "${socket[@]}" names "$@" -- "$cur" 2>/dev/null
}

# Sets verb, and position: which of its arguments is being written.
_checkctl_place() {
	local i

	verb='' position=0
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-s | --socket | --colour | --timeout | -n | --count | -g | --group | --state | --since)
			((i++)) ;;
		-*) ;;
		*)
			if [[ -z $verb ]]; then
				verb=${words[i]}
			else
				((position++))
			fi
			;;
		esac
	done
}

_checkctl_options() {
	local common='--socket --json --colour --timeout --help'

	case $verb in
	'') echo "$common --version" ;;
	status) echo "$common --all --count --group --state --stale --plugin --watch" ;;
	events) echo "$common --count --since --follow" ;;
	run) echo "$common --no-wait" ;;
	names) echo "$common --groups" ;;
	import) echo '-f -i -o' ;;
	*) echo "$common" ;;
	esac
}

_checkctl_arguments() {
	case $verb:$position in
	:*)
		COMPREPLY=($(compgen -W 'status show events daemon run test disable enable maintenance
			submit reload import ping names' -- "$cur"))
		;;
	status:* | show:0 | events:0 | run:0 | test:0 | disable:0 | enable:0 | maintenance:0 | submit:0)
		COMPREPLY=($(_checkctl_names))
		;;
	maintenance:1) COMPREPLY=($(compgen -W '30m 1h 2h 4h 1d off' -- "$cur")) ;;
	submit:1) COMPREPLY=($(compgen -W '0 1 2 3' -- "$cur")) ;;
	import:0) COMPREPLY=($(compgen -W 'keepalived nrpe snmpd' -- "$cur")) ;;
	import:*) _filedir ;;
	esac
}

_checkctl() {
	local cur prev words cword split verb position

	_init_completion -s -n : || return
	_checkctl_place
	case $prev in
	-s | --socket)
		_filedir
		return
		;;
	--colour)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		return
		;;
	--state)
		COMPREPLY=($(compgen -W 'critical unknown warning ok pending stale suppressed disabled maintenance' \
			-- "${cur##*,}"))
		[[ $cur == *,* ]] && COMPREPLY=("${COMPREPLY[@]/#/${cur%,*},}")
		return
		;;
	-g | --group)
		COMPREPLY=($(_checkctl_names --groups))
		__ltrim_colon_completions "$cur"
		return
		;;
	-n | --count | --since | --timeout) return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$(_checkctl_options)" -- "$cur"))
		return
	fi
	_checkctl_arguments
	__ltrim_colon_completions "$cur"
} && complete -F _checkctl checkctl
