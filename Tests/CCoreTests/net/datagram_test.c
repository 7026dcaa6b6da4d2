/* datagram_test.c - discovery's socket. */
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/datagram.h"
#include "net/interfaces.h"
#include "net/system.h"
#include "support/stage.h"

enum { BROADCAST = 0x7fffffff /* 127.255.255.255 */, GROUP = 0xef636363 /* 239.99.99.99 */ };

typedef struct ear {
    test_stage *stage;
    cote_loop *loop;
    uint32_t address, group;
    const char *interfaces;
    cote__datagram *socket;
    const char *say;
    size_t say_size;
    uint32_t to;
    char detail[256];

    /* Under the stage's lock: */
    int result;
    bool done;
    unsigned heard;
    uint32_t source;
    char *text;
    size_t size;
} ear;

static void on_heard(void *context, uint32_t source, uint16_t port, cote__slice data)
{
    ear *self = context;
    (void)port;
    stage_lock(self->stage);
    self->heard++;
    self->source = source;
    free(self->text);
    self->text = malloc(data.size + 1);
    if (!self->text) abort();
    memcpy(self->text, data.data, data.size);
    self->size = data.size;
    stage_unlock(self->stage);
}

static void finish(ear *self, int result)
{
    stage_lock(self->stage);
    self->result = result;
    strncpy(self->detail, cote_error_detail(), sizeof self->detail - 1);
    self->done = true;
    stage_unlock(self->stage);
}

static void open_now(void *context)
{
    ear *self = context;
    const cote__datagram_options options = {
        .address = self->address,
        .port = self->stage->port,
        .group = self->group,
        .ttl = 1,
        .interfaces = self->interfaces,
    };
    finish(self, cote__datagram_open(self->loop, &options, on_heard, self, &self->socket));
}

static void send_now(void *context)
{
    ear *self = context;
    finish(self, cote__datagram_send(self->socket, self->to, self->stage->port,
                                     (cote__slice){self->say, self->say_size}));
}

static void close_now(void *context)
{
    ear *self = context;
    cote__datagram_close(self->socket);
    finish(self, COTE_OK);
}

static int on_loop(ear *self, void (*call)(void *))
{
    stage_lock(self->stage);
    self->done = false;
    stage_unlock(self->stage);
    assert_int_equal(cote_loop_call(self->loop, call, self), COTE_OK);
    stage_wait(self->stage, self->done);
    return self->result;
}

static ear *create_ear(test_stage *stage, cote_loop *loop)
{
    ear *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = loop;
    return self;
}

static ear *open_ear(test_stage *stage, cote_loop *loop)
{
    ear *self = create_ear(stage, loop);
    assert_int_equal(on_loop(self, open_now), COTE_OK);
    return self;
}

static void close_ear(ear *self)
{
    assert_int_equal(on_loop(self, close_now), COTE_OK);
    free(self->text);
    free(self);
}

static int say(ear *self, uint32_t to, const char *text, size_t size)
{
    self->to = to;
    self->say = text;
    self->say_size = size;
    return on_loop(self, send_now);
}

static void test_everybody_hears_a_broadcast(void **state)
{
    test_stage *stage = *state;
    ear *one = open_ear(stage, stage_loop(stage)), *other = open_ear(stage, stage_loop(stage));
    assert_int_equal(say(one, BROADCAST, "hello", 5), COTE_OK);
    stage_wait(stage, one->heard == 1 && other->heard == 1);
    assert_int_equal(other->source, INADDR_LOOPBACK);
    assert_int_equal(other->size, 5);
    assert_memory_equal(other->text, "hello", 5);
    close_ear(one);
    close_ear(other);
}

/* For so long that it begins to read them in batches. */
static void test_many_are_all_heard(void **state)
{
    test_stage *stage = *state;
    ear *one = open_ear(stage, stage_loop(stage));
    int out = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(stage->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(out, (struct sockaddr *)&to, sizeof to), 0);
    unsigned sent = 0;
    for (cote__time end = cote__now() + 2200; cote__now() < end;) {
        for (int i = 0; i < 64; i++, sent++)
            assert_int_equal(send(out, &sent, sizeof sent, 0), sizeof sent);
        stage_wait(stage, one->heard == sent);
        unsigned last = sent - 1;
        assert_memory_equal(one->text, &last, sizeof last);
    }
    close(out);
    close_ear(one);
}

static void test_sizes(void **state)
{
    enum { LARGEST = 65507 };
    test_stage *stage = *state;
    ear *self = open_ear(stage, stage_loop(stage));
    char *text = malloc(LARGEST + 1);
    assert_non_null(text);
    memset(text, 'x', LARGEST + 1);
    unsigned count = 0;
    for (size_t size = 0; size <= LARGEST; size = size ? LARGEST + (size == LARGEST) : 1) {
        assert_int_equal(say(self, BROADCAST, text, size), COTE_OK);
        count++;
        stage_wait(stage, self->heard == count && self->size == size);
    }
    assert_int_equal(say(self, BROADCAST, text, LARGEST + 1), COTE_ESYSTEM);
    assert_true(self->detail[0] != '\0');
    free(text);
    close_ear(self);
}

static void test_nowhere_to_send(void **state)
{
    test_stage *stage = *state;
    ear *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->address = INADDR_LOOPBACK; /* from there, no other host can be reached */
    assert_int_equal(on_loop(self, open_now), COTE_OK);
    assert_int_equal(say(self, 0xc0000201 /* 192.0.2.1 */, "x", 1), COTE_ESYSTEM);
    close_ear(self);
}

static void test_address_of_another_host(void **state)
{
    test_stage *stage = *state;
    ear self = {.stage = stage, .loop = stage_loop(stage), .address = 0xc0000201};
    assert_int_equal(on_loop(&self, open_now), COTE_EADDRESS);
    assert_null(self.socket);
    stage_end_loop(stage, self.loop);
}

/* Fails before anything is joined, if the group is none. */
static void test_group_that_is_none(void **state)
{
    test_stage *stage = *state;
    ear self = {.stage = stage, .loop = stage_loop(stage), .group = INADDR_LOOPBACK};
    assert_int_equal(on_loop(&self, open_now), COTE_ESYSTEM);
    assert_null(self.socket);
    stage_end_loop(stage, self.loop);
}

/* The limited broadcast address and a group leave by the interface that was asked for, from its own
 * address. */
static void test_interfaces(void **state)
{
    static const char *const lists[] = {"lo", "127.0.0.1", "127.0.0.1,lo"};
    static const uint32_t groups[] = {0, GROUP};
    test_stage *stage = *state;
    cote_loop *loop = stage_loop(stage);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
            ear *one = create_ear(stage, loop), *other = create_ear(stage, loop);
            one->interfaces = other->interfaces = lists[i];
            one->group = other->group = groups[k];
            assert_int_equal(on_loop(one, open_now), COTE_OK);
            assert_int_equal(on_loop(other, open_now), COTE_OK);
            uint32_t to = groups[k] ? groups[k] : 0xffffffff;
            assert_int_equal(say(one, to, "hello", 5), COTE_OK);
            stage_wait(stage, one->heard > 0 && other->heard > 0);
            stage_check(stage, other->source == INADDR_LOOPBACK && other->size == 5);
            close_ear(one);
            close_ear(other);
        }
    }
}

static void test_no_interface(void **state)
{
    test_stage *stage = *state;
    ear *self = create_ear(stage, stage_loop(stage));
    self->interfaces = "none7";
    assert_int_equal(on_loop(self, open_now), COTE_OK);
    assert_int_equal(say(self, 0xffffffff, "hello", 5), COTE_ESYSTEM);
    assert_non_null(strstr(self->detail, "none7"));
    assert_int_equal(say(self, BROADCAST, "hello", 5), COTE_OK); /* which is of one network */
    close_ear(self);
}

static void test_interfaces_of_this_host(void **state)
{
    (void)state;
    cote__interface found[COTE__INTERFACES_MAX];
    cote__slice missing;
    assert_int_equal(cote__interfaces_find("lo", found, &missing), 1);
    assert_int_equal(found[0].address, INADDR_LOOPBACK);
    assert_int_equal(found[0].index, if_nametoindex("lo"));
    assert_null(missing.data);
    assert_int_equal(cote__interfaces_find("lo,127.0.0.1,lo", found, &missing), 1); /* once */
    assert_int_equal(cote__interfaces_find("none7,lo,10.255.255.254", found, &missing), 1);
    assert_true(cote__slice_equal(missing, cote__slice_of("none7")));
    size_t count = cote__interfaces_find("all", found, &missing);
    assert_null(missing.data); /* even if there are none */
    for (size_t i = 0; i < count; i++) assert_int_not_equal(found[i].address, INADDR_LOOPBACK);
}

static void test_addresses_as_text(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "1.2.3",     "1.2.3.4.5", "256.1.1.1",
                                        "1.2.3.4 ", " 1.2.3.4",  "::1",       "localhost",
                                        "1..2.3",   "0x7f.0.0.1"};
    uint32_t address;
    char text[COTE__ADDRESS_SIZE];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(cote__address_parse(wrong[i], &address));
    static const char *const right[] = {"0.0.0.0", "127.0.0.1", "255.255.255.255", "239.99.99.99"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_true(cote__address_parse(right[i], &address));
        cote__address_format(address, text);
        assert_string_equal(text, right[i]);
    }
    assert_int_equal(address, GROUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_everybody_hears_a_broadcast),
        stage_test(test_many_are_all_heard),
        stage_test(test_sizes),
        stage_test(test_nowhere_to_send),
        stage_test(test_address_of_another_host),
        stage_test(test_group_that_is_none),
        stage_test(test_interfaces),
        stage_test(test_no_interface),
        cmocka_unit_test(test_interfaces_of_this_host),
        cmocka_unit_test(test_addresses_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
