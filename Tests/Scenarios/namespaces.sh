#!/usr/bin/env bash
# Two hosts: a responder and a requester in two network namespaces that are joined by a cable, and nothing else. They find each
# other by the plain broadcast address and by multicast, whichever of them starts first, and soon: of 20 starts each, the
# median from the second process's start until the answer is told, and must stay below 200 ms.
#
#   Tests/Scenarios/namespaces.sh RESPONDER REQUESTER
#
# The two programs are those of examples/c, built. Needs root and ip; without them it says so, does nothing, and
# ends with status 77.
set -euo pipefail

starts=20
limit=200000 # microseconds
deadline=10  # seconds, of one start

[ $# -eq 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 64; }
responder=$(realpath "$1") requester=$(realpath "$2")
skip() { echo "namespaces: skipped: $*"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip 'only root may make network namespaces'
for tool in ip nsenter; do
    command -v "$tool" >/dev/null || skip "there is no command $tool"
done

one=cote-one-$$ other=cote-other-$$
work=$(mktemp -d)
service=

cleanup() {
    [ -z "$service" ] || kill "$service" 2>/dev/null || true
    wait
    ip netns delete "$one" 2>/dev/null || true
    ip netns delete "$other" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add "$one" 2>"$work/error" || skip "no network namespace can be made: $(cat "$work/error")"
ip netns add "$other"
ip link add veth0 netns "$one" type veth peer name veth0 netns "$other"
address=1
for host in "$one" "$other"; do
    ip -n "$host" link set lo up
    ip -n "$host" address add "10.77.0.$address/24" dev veth0
    ip -n "$host" link set veth0 up
    address=$((address + 1))
done

on() { # HOST COMMAND...: replaces the shell that it runs in
    host=$1
    shift
    exec nsenter --net="/run/netns/$host" "$@"
}

now() { printf '%s\n' "${EPOCHREALTIME//[!0-9]/}"; } # microseconds

# Waits for the first line that the program writes to the pipe. What it says later goes on.
await() { # PIPE
    read -r -t "$deadline" _ <"$1" || { echo "namespaces: nothing was said through $1" >&2; exit 1; }
}

start_service() {
    (on "$one" "$responder" 2>"$work/responder") &
    service=$!
}

stop_service() {
    kill "$service"
    wait "$service"
    service=
}

check_answer() {
    [ "$(cat "$work/answer")" = '{"from":"C","asked":{"type":"greet","name":"Ada"}}' ] || {
        echo "namespaces: another answer than was expected: $(cat "$work/answer")" >&2
        exit 1
    }
}

# Each prints how long it took, in microseconds.
requester_second() {
    exec 3<>"$work/responder"
    start_service
    await "$work/responder"
    for ((i = 0; i < starts; i++)); do
        before=$(now)
        (on "$other" timeout "$deadline" "$requester" >"$work/answer" 2>/dev/null)
        echo $(($(now) - before)) >>"$work/times"
        check_answer
    done
    stop_service
    exec 3>&-
}

responder_second() {
    exec 3<>"$work/responder" 4<>"$work/requester"
    for ((i = 0; i < starts; i++)); do
        (on "$other" timeout "$deadline" "$requester" >"$work/answer" 2>"$work/requester") &
        client=$!
        await "$work/requester"
        before=$(now)
        start_service
        wait "$client"
        echo $(($(now) - before)) >>"$work/times"
        check_answer
        stop_service
    done
    exec 3>&- 4>&-
}

mkfifo "$work/responder" "$work/requester"
failed=0
measure() { # NAME ORDER
    : >"$work/times"
    "$2"
    median=$(sort -n "$work/times" | sed -n "$(((starts + 1) / 2))p")
    slowest=$(sort -n "$work/times" | tail -1)
    verdict=ok
    [ "$median" -lt "$limit" ] || { verdict='TOO SLOW' failed=1; }
    printf '%-10s %-18s p50 %3d.%03d ms, slowest %3d.%03d ms, of %d starts: %s\n' "$1" "$2" \
        $((median / 1000)) $((median % 1000)) $((slowest / 1000)) $((slowest % 1000)) "$starts" "$verdict"
}

for setting in ${!COTE_@}; do unset "$setting"; done

for host in "$one" "$other"; do ip -n "$host" route add 255.255.255.255/32 dev veth0; done
measure broadcast requester_second
measure broadcast responder_second
for host in "$one" "$other"; do ip -n "$host" route delete 255.255.255.255/32 dev veth0; done

for host in "$one" "$other"; do ip -n "$host" route add 224.0.0.0/4 dev veth0; done
export COTE_MULTICAST_ADDRESS=239.99.99.99
measure multicast requester_second
measure multicast responder_second

[ "$failed" -eq 0 ]
