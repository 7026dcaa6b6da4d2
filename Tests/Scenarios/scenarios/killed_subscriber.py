"""One of three subscribers is killed while much is published: the others miss nothing."""

TITLE = "publisher with 1 killed subscriber"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "50,000 messages/s of 100 bytes for 3 s, to 3 subscribers"
    stage.fault = "SIGKILL of 1 of them after 1 s"
    subscribers = [stage.drink() for _ in range(3)]
    publisher = stage.flood(rate=50000, seconds=3, size=100, await_=3)
    publisher.at(1)
    killed = subscribers[0].kill()
    publisher.wait("connected", count=2, after=killed)
    published = publisher.wait("published")
    for subscriber in subscribers[1:]:
        heard = subscriber.wait("end")
        stage.expect(f"a subscriber got {heard['received']:,}, out of order {heard['disordered']}",
                     heard["received"] == published["count"] and heard["missing"] == heard["disordered"] == 0)
    stage.figure(f"{published['count']:,} messages to each of the others")
    stage.expect(f"{published['refused']} refused", published["refused"] == 0)
    stage.survived(publisher, *subscribers[1:])
