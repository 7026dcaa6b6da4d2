/* tally_test.c - a tally tells what hangs, what was answered twice, and what was answered wrong. */
#include "tally.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/stage.h"

static char line[4096];

/* The result as it is said on the standard output. */
static const char *result_of(tally *self)
{
    int both[2], output = dup(STDOUT_FILENO);
    assert_int_equal(pipe(both), 0);
    dup2(both[1], STDOUT_FILENO);
    tally_tell(self);
    dup2(output, STDOUT_FILENO);
    ssize_t size = read(both[0], line, sizeof line - 1);
    assert_true(size > 0);
    line[size] = 0;
    for (int i = 0; i < 2; i++) close(both[i]);
    close(output);
    return line;
}

static void expect_in(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("no %s in %s", part, text);
}

static void answer(tally *self, uint64_t number, const char *result)
{
    cote_response response = {.size = sizeof response, .status = COTE_OK, .message = ""};
    response.result = (cote_value){COTE_KIND_JSON, result, strlen(result)};
    tally_ended(self, number, &response);
}

static void fail_with(tally *self, uint64_t number, int status)
{
    cote_response response = {.size = sizeof response, .status = status, .message = "a \"reason\""};
    tally_ended(self, number, &response);
}

static void test_every_end_is_counted(void **state)
{
    (void)state;
    tally *self = tally_create(10);
    for (uint64_t number = 0; number < 7; number++) assert_int_equal(tally_sent(self), number);
    answer(self, 0, "{\"number\":0}");
    answer(self, 1, "{\"type\":\"echo\",\"number\":1,\"pad\":\"\"}");
    answer(self, 2, "{\"number\":3}");
    fail_with(self, 3, COTE_ETIMEDOUT);
    fail_with(self, 3, COTE_ECONNLOST); /* the second time is none of the failures */
    fail_with(self, 4, COTE_ECONNLOST);
    tally_refused(self, 5, COTE_EQUEUEFULL);
    assert_int_equal(tally_open(self), 1);
    const char *text = result_of(self);
    expect_in(text, "\"sent\":7,\"answered\":3,\"wrong\":1,\"twice\":1,\"hung\":1,");
    expect_in(text, "\"failed\":{\"timeout\":1,\"connectionLost\":1,\"queueFull\":1}");
    tally_destroy(self);
}

static void test_a_service_that_never_comes_back_has_a_gap(void **state)
{
    (void)state;
    tally *self = tally_create(1);
    tally_sent(self);
    usleep(20000);
    tally_sending_ended(self);
    const char *gap = strstr(result_of(self), "\"longest_gap_us\":");
    unsigned long us = 0;
    assert_int_equal(sscanf(gap, "\"longest_gap_us\":%lu", &us), 1);
    assert_true(us >= 20000);
    tally_destroy(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_end_is_counted),
        cmocka_unit_test(test_a_service_that_never_comes_back_has_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
