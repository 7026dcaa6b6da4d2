#include "support/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kept keep(cote_value value)
{
    kept copy = {value.kind, malloc(value.size + 1), value.size};
    if (!copy.data) abort();
    if (value.size > 0) memcpy(copy.data, value.data, value.size);
    copy.data[value.size] = '\0';
    return copy;
}

static void keep_text(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

static void on_response(void *context, const cote_response *response)
{
    test_ask *self = context;
    test_stage *stage = self->of->stage;
    stage_lock(stage);
    self->time = stage_now();
    self->late = self->of->closed > 0;
    if (self->ended++ == 0) {
        self->status = response->status;
        self->number = response->id;
        self->result = keep(response->result);
        self->error = keep(response->error);
        self->details = keep(response->details);
        self->extra_count = response->extra_count;
        for (size_t i = 0; i < response->extra_count; i++)
            self->extra[i] = keep(response->extra[i]);
        keep_text(self->message, sizeof self->message, response->message);
        keep_text(self->code, sizeof self->code, response->code);
        keep_text(self->peer_id, sizeof self->peer_id, response->peer_id);
        keep_text(self->peer_name, sizeof self->peer_name, response->peer_name);
    }
    stage_unlock(stage);
}

/* MARK: sending */

int ask_try(test_actor *requester, const char *type, const cote_value *payload,
            const cote_send_options *options, test_ask **sent)
{
    test_ask *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->of = requester;
    int result = cote_requester_send(requester->requester, type, payload, options, on_response,
                                     self, &self->id);
    self->sent = result == COTE_OK;
    self->next = requester->stage->asks;
    requester->stage->asks = self;
    if (sent) *sent = self;
    return result;
}

static test_ask *send_or_fail(test_actor *requester, const char *type, const cote_value *payload,
                              const cote_send_options *options)
{
    test_ask *self;
    if (ask_try(requester, type, payload, options, &self) != COTE_OK)
        fail_msg("send: %s", cote_error_detail());
    return self;
}

test_ask *ask_send(test_actor *requester, const char *type, const char *json)
{
    cote_value payload = {COTE_KIND_JSON, json, json ? strlen(json) : 0};
    return send_or_fail(requester, type, json ? &payload : NULL, NULL);
}

test_ask *ask_within(test_actor *requester, const char *type, uint32_t timeout_ms)
{
    cote_send_options options = COTE_SEND_OPTIONS_INIT;
    options.timeout_ms = timeout_ms;
    options.flags = 0;
    return send_or_fail(requester, type, NULL, &options);
}

test_ask *ask_raw(test_actor *requester, const char *type, const void *bytes, size_t size)
{
    cote_value payload = {COTE_KIND_BYTES, bytes, size};
    return send_or_fail(requester, type, &payload, NULL);
}

/* MARK: the end */

void ask_wait(test_ask *self)
{
    stage_wait(self->of->stage, self->ended > 0);
}

void ask_expect(test_ask *self, int status)
{
    ask_wait(self);
    if (self->status != status)
        fail_msg("ended with %d (%s), not %d", self->status, self->message, status);
}

void ask_expect_result(test_ask *self, const char *text)
{
    ask_expect(self, COTE_OK);
    assert_string_equal(self->result.data, text);
}

int ask_faults(const test_ask *asks)
{
    int faults = 0;
    for (const test_ask *at = asks; at; at = at->next) {
        unsigned due = at->sent ? 1 : 0;
        if (at->ended != due) {
            print_error("request %llu ended %u times, not %u\n", (unsigned long long)at->id,
                        at->ended, due);
            faults++;
        } else if (at->sent && (at->late || at->number != at->id)) {
            print_error("request %llu: %s\n", (unsigned long long)at->id,
                        at->late ? "ended after on_close" : "was told another number");
            faults++;
        }
    }
    return faults;
}

void ask_free_all(test_ask *asks)
{
    while (asks) {
        test_ask *next = asks->next;
        free(asks->result.data);
        free(asks->error.data);
        free(asks->details.data);
        for (size_t i = 0; i < asks->extra_count; i++) free(asks->extra[i].data);
        free(asks);
        asks = next;
    }
}
