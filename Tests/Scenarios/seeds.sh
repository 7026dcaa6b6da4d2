#!/usr/bin/env bash
# Three hosts, each in a network of its own, and a router between them, which lets no broadcast and no multicast through:
# network namespaces. With one unicast seed
#
#   - a requester finds the responder that is its seed,
#   - a requester finds a responder through a seed that both know and that is neither's partner,
#   - a requester finds a responder that shares its port with a process that was started later, which alone hears unicast,
#   - and without a seed it finds nobody.
#
#   Tests/Scenarios/seeds.sh RESPONDER REQUESTER
#
# The two programs are those of examples/c, built. Needs root and ip; without them it says so and does nothing.
set -euo pipefail

deadline=10 # seconds, of one answer

[ $# -eq 2 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }
responder=$(realpath "$1") requester=$(realpath "$2")
skip() { echo "seeds: skipped: $*"; exit 0; }
[ "$(id -u)" -eq 0 ] || skip 'only root may make network namespaces'
for tool in ip nsenter; do
    command -v "$tool" >/dev/null || skip "there is no command $tool"
done

router=cote-router-$$
hosts=("cote-one-$$" "cote-two-$$" "cote-three-$$")
work=$(mktemp -d)
services=()

stop_services() {
    [ "${#services[@]}" -eq 0 ] || kill "${services[@]}" 2>/dev/null || true
    wait
    services=()
}

cleanup() {
    stop_services
    for host in "$router" "${hosts[@]}"; do ip netns delete "$host" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add "$router" 2>"$work/error" || skip "no network namespace can be made: $(cat "$work/error")"
ip netns exec "$router" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
for i in 1 2 3; do
    host=${hosts[i - 1]}
    ip netns add "$host"
    ip link add veth0 netns "$host" type veth peer name "host$i" netns "$router"
    ip -n "$host" link set lo up
    ip -n "$host" address add "10.78.$i.2/24" dev veth0
    ip -n "$host" link set veth0 up
    ip -n "$router" address add "10.78.$i.1/24" dev "host$i"
    ip -n "$router" link set "host$i" up
    ip -n "$host" route add default via "10.78.$i.1"
done

for setting in ${!COTE_@}; do unset "$setting"; done

on() { # HOST COMMAND...: replaces the shell that it runs in
    host=${hosts[$1 - 1]}
    shift
    exec nsenter --net="/run/netns/$host" "$@"
}

# Returns when the responder listens.
serve() { # HOST [SETTING...]
    mkfifo "$work/pipe"
    exec 3<>"$work/pipe"
    (on "$1" env "${@:2}" "$responder" 2>"$work/pipe") &
    services+=($!)
    read -r -t "$deadline" _ <&3 || { echo 'seeds: a responder does not begin' >&2; exit 1; }
    exec 3>&-
    rm "$work/pipe"
}

failed=0
expect() { # WHAT STATUS SECONDS [SETTING...]: a requester on the first host is answered, or waits in vain
    status=0
    (on 1 env "${@:4}" timeout "$3" "$requester" >"$work/answer" 2>/dev/null) || status=$?
    verdict=ok
    [ "$status" -eq "$2" ] || { verdict="FAILED with status $status" failed=1; }
    printf 'seeds: %s: %s\n' "$1" "$verdict"
    stop_services
}

two=COTE_UNICAST_SEEDS=10.78.2.2

serve 2
expect 'the seed itself' 0 "$deadline" "$two"

serve 2 COTE_ENV=other
serve 3 "$two"
expect 'another one through the seed' 0 "$deadline" "$two"

serve 2
serve 2 COTE_ENV=other
expect 'one that shares its port with a later one' 0 "$deadline" "$two"

serve 2
serve 3
expect 'nobody without a seed' 124 3

[ "$failed" -eq 0 ]
