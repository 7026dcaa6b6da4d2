#!/usr/bin/env bash
# A network that is not there yet, goes, comes back, and is another one: a responder that was started without any works on
# through all of it, on its own host as soon as there is a loopback interface, and from another host as soon as there is a
# cable. Told is how long it took from the change until a requester had its answer.
#
#   Tests/Scenarios/network.sh RESPONDER REQUESTER
#
# The two programs are those of examples/c, built. Needs root and ip; without them it says so, does nothing, and
# ends with status 77.
set -euo pipefail

deadline=60 # seconds, of one answer: ten times what it may take

[ $# -eq 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }
responder=$(realpath "$1") requester=$(realpath "$2")
skip() { echo "network: skipped: $*"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip 'only root may make network namespaces'
for tool in ip nsenter; do
    command -v "$tool" >/dev/null || skip "there is no command $tool"
done

one=cote-one-$$ other=cote-other-$$
work=$(mktemp -d)
service='' client=''

cleanup() {
    for process in $service $client; do kill "$process" 2>/dev/null || true; done
    wait
    ip netns delete "$one" 2>/dev/null || true
    ip netns delete "$other" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add "$one" 2>"$work/error" || skip "no network namespace can be made: $(cat "$work/error")"
ip netns add "$other"

on() { # HOST COMMAND...: replaces the shell that it runs in
    host=$1
    shift
    exec nsenter --net="/run/netns/$host" "$@"
}

now() { printf '%s\n' "${EPOCHREALTIME//[!0-9]/}"; } # microseconds

plug() { # a cable between the two hosts
    ip link add veth0 netns "$one" type veth peer name veth0 netns "$other"
    configure "$one" 10.77.0.1
    configure "$other" 10.77.0.2
}

configure() { # HOST ADDRESS
    ip -n "$1" address add "$2/24" dev veth0
    ip -n "$1" link set veth0 up
    ip -n "$1" route add default dev veth0
}

# A requester asks, before or after the change, and has to be answered.
ask() { # HOST
    (on "$1" timeout "$deadline" "$requester" >"$work/answer" 2>"$work/requester") &
    client=$!
    read -r -t "$deadline" _ <"$work/requester" # it has begun
}

expect_answer() { # CHANGE
    wait "$client" || { echo "network: $1: no answer within $deadline s" >&2; exit 1; }
    client=
    [ "$(cat "$work/answer")" = '{"from":"C","asked":{"type":"greet","name":"Ada"}}' ] || {
        echo "network: $1: another answer than was expected: $(cat "$work/answer")" >&2
        exit 1
    }
    kill -0 "$service" || { echo "network: $1: the responder has ended" >&2; exit 1; }
    local took=$(($(now) - before))
    printf '%-10s %-48s answered after %6d ms\n' "$kind" "$1" $((took / 1000))
}

for setting in ${!COTE_@}; do unset "$setting"; done
mkfifo "$work/requester"
exec 3<>"$work/requester"

run() { # KIND
    kind=$1
    (on "$one" "$responder" >/dev/null 2>"$work/responder") &
    service=$!

    ask "$one"
    before=$(now)
    ip -n "$one" link set lo up
    expect_answer 'no network at all, then loopback'

    ask "$other"
    before=$(now)
    plug
    expect_answer 'a cable is plugged in'

    for host in "$one" "$other"; do ip -n "$host" link set veth0 down; done
    ask "$one"
    before=$(now)
    expect_answer 'the interface is down, on the own host'
    ask "$other"
    before=$(now)
    for host in "$one" "$other"; do
        ip -n "$host" link set veth0 up
        ip -n "$host" route add default dev veth0
    done
    expect_answer 'the interface is up again'

    ip -n "$one" address delete 10.77.0.1/24 dev veth0
    ask "$other"
    before=$(now)
    ip -n "$one" address add 10.77.0.9/24 dev veth0
    ip -n "$one" route replace default dev veth0
    expect_answer 'it has another address'

    ip -n "$one" link delete veth0
    ask "$other"
    before=$(now)
    plug
    expect_answer 'the interface was taken away, and another one came'

    kill "$service"
    wait "$service"
    service=
    ip -n "$one" link delete veth0
    ip -n "$one" link set lo down
}

run broadcast
export COTE_MULTICAST_ADDRESS=239.99.99.99
run multicast
