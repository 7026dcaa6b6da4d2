"""Nothing that is published reaches one of three subscribers any more, nor does anything of it come, but hellos go on. Its
connection is closed, so that nothing is kept for it, and it is made again when there is a way. The others miss nothing."""

from harness.report import duration

TITLE = "publisher with 1 subscriber out of reach, hellos go on"
PATIENCE = (120, 120)


def play(stage):
    stage.need_networks()
    timeout = 5000 if stage.full else 1000
    seconds = 40 if stage.full else 12
    publishing, here, there = stage.hosts(3)
    timing = {"hello_interval": timeout * 2 // 5, "check_interval": timeout * 4 // 5, "node_timeout": timeout}
    stage.load = f"1,000 messages/s of 100 bytes for {seconds} s, to 3 subscribers, node timeout {duration(timeout * 1000)}"
    subscribers = [stage.drink(host=host, environment=timing) for host in (here, here, there)]
    publisher = stage.flood(host=publishing, environment=timing, rate=1000, seconds=seconds, size=100, await_=3)
    publisher.at(1)
    cut = publisher.moment()
    there.lose(1, "-p", "tcp")
    publishing.lose(1, "-p", "tcp", "-s", there.address)
    closed = publisher.wait("connected", count=2, after=cut)["at"] - cut
    healed = publisher.moment()
    dropped = there.heal() + publishing.heal()
    back = publisher.wait("connected", count=3, after=healed)["at"] - healed
    published = publisher.wait("published")
    stage.fault = f"no TCP from and to 1 of them from 1 s on, until its connection is closed: {dropped} packets are dropped"
    for subscriber in subscribers[:2]:
        heard = subscriber.wait("end")
        stage.expect(f"a subscriber got {heard['received']:,}, out of order {heard['disordered']}",
                     heard["received"] == published["count"] and heard["missing"] == heard["disordered"] == 0)
    stage.figure(f"closed after {duration(closed)}, back after {duration(back)}")
    stage.expect(f"{dropped} packets dropped", dropped > 5)
    stage.expect(f"closed after {duration(closed)}", closed < 10 * 3 * timeout * 1000)
    stage.survived(publisher, *subscribers)
