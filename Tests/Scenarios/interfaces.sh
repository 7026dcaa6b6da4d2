#!/usr/bin/env bash
# One host with two cables, each to a host of its own, and no route but to these two networks: network namespaces. A responder
# that says hello by all interfaces is found on both, by broadcast and by multicast, each time at the address that it has there;
# one that says hello by one of them is found on that one alone.
#
#   Tests/Scenarios/interfaces.sh RESPONDER REQUESTER
#
# The two programs are those of examples/c, built. Needs root and ip; without them it says so and does nothing.
set -euo pipefail

deadline=10 # seconds, of one answer

[ $# -eq 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 64; }
responder=$(realpath "$1") requester=$(realpath "$2")
skip() { echo "interfaces: skipped: $*"; exit 0; }
[ "$(id -u)" -eq 0 ] || skip 'only root may make network namespaces'
for tool in ip nsenter; do
    command -v "$tool" >/dev/null || skip "there is no command $tool"
done

middle=cote-middle-$$ left=cote-left-$$ right=cote-right-$$
work=$(mktemp -d)
service=

cleanup() {
    [ -z "$service" ] || kill "$service" 2>/dev/null || true
    wait
    for host in "$middle" "$left" "$right"; do ip netns delete "$host" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add "$middle" 2>"$work/error" || skip "no network namespace can be made: $(cat "$work/error")"
ip -n "$middle" link set lo up
network=1
for host in "$left" "$right"; do
    ip netns add "$host"
    ip link add veth0 netns "$host" type veth peer name "veth$network" netns "$middle"
    ip -n "$host" link set lo up
    ip -n "$host" address add "10.79.$network.2/24" dev veth0
    ip -n "$host" link set veth0 up
    ip -n "$middle" address add "10.79.$network.1/24" dev "veth$network"
    ip -n "$middle" link set "veth$network" up
    network=$((network + 1))
done

for setting in ${!COTE_@}; do unset "$setting"; done

on() { # HOST COMMAND...: replaces the shell that it runs in
    host=$1
    shift
    exec nsenter --net="/run/netns/$host" "$@"
}

# Returns when the responder listens.
serve() { # SETTING...
    mkfifo "$work/pipe"
    exec 3<>"$work/pipe"
    (on "$middle" env "$@" "$responder" 2>"$work/pipe") &
    service=$!
    read -r -t "$deadline" _ <&3 || { echo 'interfaces: the responder does not begin' >&2; exit 1; }
    exec 3>&-
    rm "$work/pipe"
}

failed=0
expect() { # WHAT HOST STATUS SECONDS [SETTING...]: a requester there is answered, or waits in vain
    status=0
    (on "$2" env COTE_INTERFACES=veth0 "${@:5}" timeout "$4" "$requester" >/dev/null 2>&1) || status=$?
    verdict=ok
    [ "$status" -eq "$3" ] || { verdict="FAILED with status $status" failed=1; }
    printf 'interfaces: %s: %s\n' "$1" "$verdict"
}

stop() {
    kill "$service"
    wait "$service" || true
    service=
}

group=COTE_MULTICAST_ADDRESS=239.99.99.99
for destination in COTE_BROADCAST_ADDRESS= "$group"; do
    serve COTE_INTERFACES=all "$destination"
    expect "all, ${destination%%=*}, the first network" "$left" 0 "$deadline" "$destination"
    expect "all, ${destination%%=*}, the second network" "$right" 0 "$deadline" "$destination"
    stop
done

serve COTE_INTERFACES=10.79.2.1
expect 'one, its network' "$right" 0 "$deadline"
stop

# It has joined the group by that interface alone, so that it does not hear the requester either.
serve COTE_INTERFACES=veth2 "$group"
expect 'one, the other network' "$left" 124 3 "$group"
stop

[ "$failed" -eq 0 ]
