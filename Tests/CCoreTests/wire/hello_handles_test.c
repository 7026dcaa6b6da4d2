/* hello_handles_test.c - what a responder of ours says that it handles. */
#include "wire/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HELLO                                                                                 \
    "{\"event\":\"hello\",\"pid\":\"p\",\"iid\":\"i\",\"data\":{\"advertisement\":{\"name\":" \
    "\"n\"}},"                                                                                \
    "\"cote\":%s}"

static void handles_count_if_the_peer_is_ours(void **state)
{
    (void)state;
    static const struct {
        const char *ours, *handles, *digest;
    } all[] = {
        {"{\"v\":1,\"handles\":[]}", "[]", NULL},
        {"{\"v\":1,\"handles\":[\"a\",\"b::*\"]}", "[\"a\",\"b::*\"]", NULL},
        {"{\"v\":1,\"digest\":\"0\\u0031\"}", NULL, "01"},
        {"{\"handles\":[\"a\"],\"digest\":\"01\",\"v\":3}", "[\"a\"]", "01"},
        {"{\"v\":1,\"handles\":null,\"digest\":null}", NULL, NULL},
        {"{\"v\":1,\"handles\":\"a\",\"digest\":1}", NULL, NULL},
        {"{\"v\":1,\"handles\":[\"a\",null],\"digest\":\"0\\u0000\"}", NULL, NULL},
        {"{\"v\":0,\"handles\":[\"a\"],\"digest\":\"01\"}", NULL, NULL},
        {"{\"handles\":[\"a\"]}", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[256], scratch[256];
        cote__hello hello;
        snprintf(text, sizeof text, HELLO, all[i].ours);
        assert_int_equal(cote__hello_decode(text, strlen(text), scratch, &hello), COTE__HELLO_OK);
        assert_true(cote__slice_equal(hello.handles, cote__slice_of(all[i].handles)));
        assert_true(cote__slice_equal(hello.digest, cote__slice_of(all[i].digest)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(handles_count_if_the_peer_is_ours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
