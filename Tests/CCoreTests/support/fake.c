#include "support/fake.h"

#include <poll.h>
#include <unistd.h>

enum {
    INTERVAL = 100, /* ms, between hellos */
    HELLOS = 300
};

fake fake_open(test_stage *stage, const char *iid, bool ours)
{
    fake self = {.stage = stage, .mouth = raw_udp_from("127.0.0.1")};
    self.hello = (raw_hello){.iid = iid, .name = "fake", .axon_type = "rep", .ours = ours};
    self.listener = raw_listen(&self.hello.port);
    return self;
}

void fake_say_hello(const fake *self)
{
    raw_say_hello_with(self->stage, self->mouth, &self->hello, self->says);
}

raw_peer fake_meet(fake *self)
{
    struct pollfd incoming = {self->listener, POLLIN, 0};
    for (unsigned i = 0; i < HELLOS; i++) {
        fake_say_hello(self);
        if (poll(&incoming, 1, INTERVAL) > 0) return raw_accept(self->listener);
    }
    fail_msg("no requester came");
    return (raw_peer){.fd = -1};
}

void fake_close(fake *self)
{
    close(self->mouth);
    if (self->listener >= 0) close(self->listener);
    self->listener = -1;
}

void fake_reply(raw_peer *peer, unsigned count, const cote__slice *arguments)
{
    cote__buffer frame = {0};
    cote__amp_begin(&frame, count + 1);
    for (unsigned i = 0; i < count; i++) cote__amp_argument(&frame, "", arguments[i]);
    cote__amp_argument(&frame, "", peer->frame.arguments[peer->frame.count - 1]);
    raw_send(peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
}

void fake_reply_text(raw_peer *peer, const char *error, const char *result)
{
    cote__slice arguments[] = {cote__slice_of(error ? error : "j:null"), cote__slice_of(result)};
    fake_reply(peer, result ? 2 : 1, arguments);
}
