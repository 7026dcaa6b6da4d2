"""One of three subscribers is stopped while much is published. The others miss nothing, the publisher's memory has a
bound, and the one that reads nothing is not taken for one out of reach."""

TITLE = "publisher with 1 stopped subscriber"
PATIENCE = (120, 180)
LIMIT = 200  # MiB of memory that the publisher may have: what may wait for one subscriber, and what it needs itself


def play(stage):
    seconds = 30 if stage.full else 6
    size = 100 if stage.full else 500
    timing = {"hello_interval": 400, "check_interval": 800, "node_timeout": 1000}
    stage.load = f"100,000 messages/s of {size} bytes for {seconds} s, to 3 subscribers"
    subscribers = [stage.drink(environment=timing) for _ in range(3)]
    publisher = stage.flood(rate=100000, seconds=seconds, size=size, await_=3, environment=timing)
    publisher.at(0.5)
    stopped = subscribers[0].stop()
    published = publisher.wait("published", 90)
    stage.fault = f"SIGSTOP of 1 of them after 0.5 s, for which {published['count'] * size / 2**20:.0f} MiB would wait"
    for subscriber in subscribers[1:]:
        heard = subscriber.wait("end")
        stage.expect(f"a subscriber got {heard['received']:,}, out of order {heard['disordered']}",
                     heard["received"] == published["count"] and heard["missing"] == heard["disordered"] == 0)
    stage.expect("the one that reads nothing was taken for one out of reach", not publisher.find("connected", after=stopped))
    memory = publisher.memory("VmHWM")
    stage.figure(f"{published['count']:,} messages to each of the others, in {published['took_us'] / 1e6:.1f} s; publisher "
                 f"at most {memory:.0f} MiB")
    stage.expect(f"the publisher took {memory:.0f} MiB", memory < LIMIT)
    stage.expect(f"{published['refused']} refused", published["refused"] == 0)
    subscribers[0].go_on()
    stage.survived(publisher, *subscribers)
