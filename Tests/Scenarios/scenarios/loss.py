"""A part of all datagrams is lost. The connections are well, so that no request fails, whatever the hellos look like."""

TITLE = "20% of the datagrams are lost"
PATIENCE = (90, 150)


def play(stage):
    stage.need_networks()
    seconds = 60 if stage.full else 10
    # Two hellos that are lost in turn are a silence.
    timing = {"hello_interval": 200, "check_interval": 250, "node_timeout": 500}
    hosts = stage.hosts(3)
    stage.load = f"1,000 requests/s for {seconds} s, answered after 20 ms, to 2 responders on hosts of their own"
    for host in hosts:
        host.lose(0.2, "-p", "udp")
    for host in hosts[1:]:
        stage.serve(host=host, environment=timing, delay=20)
    load = stage.requester(host=hosts[0], environment=timing, rate=1000, seconds=seconds, await_=2)
    stage.counted(load)
    silences = len(load.find("removed"))
    stage.figure(f"{silences} silences of more than the node timeout")
    dropped = sum(host.heal() for host in hosts)
    stage.fault = f"{dropped} datagrams, 20% of them, node timeout 500 ms, hello interval 200 ms"
    stage.expect(f"{dropped} datagrams dropped", dropped > seconds)
