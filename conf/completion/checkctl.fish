# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of checkctl(1) in fish.

# __checkctl_names [--groups]: whatever follows -s on the line is asked for names, too.
function __checkctl_names
    set -l words (commandline -opc)
    set -l socket
    for i in (seq 2 (count $words))
        switch $words[$i]
            case -s --socket
                test $i -lt (count $words); and set socket -s $words[(math $i + 1)]
            case '--socket=*'
                set socket -s (string replace -- --socket= '' $words[$i])
        end
    end
    set -l prefix (string replace -r -- '^--group=' '' (commandline -ct))
    checkctl $socket names $argv -- $prefix 2>/dev/null
end

# The words behind the command that are no options.
function __checkctl_words
    set -l words (commandline -opc)
    set -l is_value no
    for word in $words[2..-1]
        if test $is_value = yes
            set is_value no
        else if contains -- $word -s --socket --colour --timeout -n --count -g --group --state --since
            set is_value yes
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __checkctl_needs_verb
    test (count (__checkctl_words)) -eq 0
end

# __checkctl_is_at POSITION VERB...: the argument at that position of one of these is written.
function __checkctl_is_at
    set -l words (__checkctl_words)
    test (count $words) -eq $argv[1]; and contains -- $words[1] $argv[2..-1]
end

function __checkctl_has_verb
    set -l words (__checkctl_words)
    test (count $words) -gt 0; and contains -- $words[1] $argv
end

complete -c checkctl -f

complete -c checkctl -n __checkctl_needs_verb -a status -d 'How the checks are, worst first'
complete -c checkctl -n __checkctl_needs_verb -a show -d 'All about one check'
complete -c checkctl -n __checkctl_needs_verb -a events -d 'What changed, newest last'
complete -c checkctl -n __checkctl_needs_verb -a daemon -d 'checkd itself'
complete -c checkctl -n __checkctl_needs_verb -a run -d 'Run a check now'
complete -c checkctl -n __checkctl_needs_verb -a test -d 'Run a check aside, and show all of it'
complete -c checkctl -n __checkctl_needs_verb -a disable -d 'Run checks no more'
complete -c checkctl -n __checkctl_needs_verb -a enable -d 'End that'
complete -c checkctl -n __checkctl_needs_verb -a maintenance -d 'Notify nothing for a while'
complete -c checkctl -n __checkctl_needs_verb -a submit -d 'Give a passive check a result'
complete -c checkctl -n __checkctl_needs_verb -a reload -d 'Read the configuration anew'
complete -c checkctl -n __checkctl_needs_verb -a import -d 'Make a configuration of another program\'s'
complete -c checkctl -n __checkctl_needs_verb -a ping -d 'Whether checkd answers'
complete -c checkctl -n __checkctl_needs_verb -a names -d 'Names of checks'

complete -c checkctl -s s -l socket -r -F -d 'Where checkd listens'
complete -c checkctl -s j -l json -d 'Answers as JSON'
complete -c checkctl -l colour -x -a 'auto always never' -d 'Colours'
complete -c checkctl -l timeout -x -d 'How long to wait for an answer'
complete -c checkctl -s h -l help -d 'Print help'
complete -c checkctl -n __checkctl_needs_verb -s V -l version -d 'Print the version'

complete -c checkctl -n '__checkctl_has_verb status' -s a -l all -d 'All checks'
complete -c checkctl -n '__checkctl_has_verb status events' -s n -l count -x -d 'At most so many'
complete -c checkctl -n '__checkctl_has_verb status' -s g -l group -x -d 'Of this group only' \
    -a '(__checkctl_names --groups)'
complete -c checkctl -n '__checkctl_has_verb status' -l state -x -d 'In these states only' \
    -a '(__fish_append , critical unknown warning ok pending stale suppressed disabled maintenance)'
complete -c checkctl -n '__checkctl_has_verb status' -l stale -d 'That have not run for too long'
complete -c checkctl -n '__checkctl_has_verb status' -s p -l plugin -d 'As a monitoring plugin'
complete -c checkctl -n '__checkctl_has_verb status' -s w -l watch -d 'Redraw in place'
complete -c checkctl -n '__checkctl_has_verb events' -l since -x -d 'After a number, or of the last so long'
complete -c checkctl -n '__checkctl_has_verb events' -s f -l follow -d 'Go on as they come'
complete -c checkctl -n '__checkctl_has_verb run' -l no-wait -d 'Do not wait for the end'
complete -c checkctl -n '__checkctl_has_verb names' -l groups -d 'Of groups'

complete -c checkctl -n '__checkctl_has_verb import' -s f -d 'Overwrite the output'
complete -c checkctl -n '__checkctl_has_verb import' -s i -x -d 'Lines for this id'
complete -c checkctl -n '__checkctl_has_verb import' -s o -r -F -d 'Write to this file'

complete -c checkctl -n '__checkctl_has_verb status' -a '(__checkctl_names)'
complete -c checkctl -n '__checkctl_is_at 1 show events run test disable enable maintenance submit' \
    -a '(__checkctl_names)'
complete -c checkctl -n '__checkctl_is_at 2 maintenance' -a '30m 1h 2h 4h 1d off'
complete -c checkctl -n '__checkctl_is_at 2 submit' -a '0 1 2 3'
complete -c checkctl -n '__checkctl_is_at 1 import' -a 'keepalived nrpe snmpd'
complete -c checkctl -n '__checkctl_is_at 2 import' -F
