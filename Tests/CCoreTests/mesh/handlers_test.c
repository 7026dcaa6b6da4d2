/* handlers_test.c - several handlers for a request: who is called, in which order, and whose answer
 * counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ask.h"
#include "support/fake.h"

enum { PLAYERS = 10, CALLS = 256 };

typedef enum player_move { ANSWERS, FAILS, DROPS, KEEPS, LEAVES, INVITES } player_move;

/* A handler, and what became of it. Its name is a letter. */
typedef struct player {
    struct game *game;
    char name;
    player_move move;
    uint64_t number;
    cote_reply *token;
    int result; /* of its answer */
    unsigned released;
    bool released_late; /* after on_close */
    struct player *other;
} player;

typedef struct game {
    test_stage *stage;
    cote_loop *loop;
    test_actor *responder;
    player players[PLAYERS];
    unsigned player_count;
    char calls[CALLS]; /* the names of those that were called */
    size_t call_count;
} game;

static game *game_on(test_stage *stage)
{
    game *self = calloc(1, sizeof *self);
    assert_non_null(self);
    self->stage = stage;
    self->loop = stage_loop(stage);
    self->responder = actor_create(stage, "server");
    actor_respond(self->responder, self->loop);
    return self;
}

static void on_request(void *context, const cote_request *request, cote_reply *reply);

static void on_release(void *context)
{
    player *self = context;
    stage_lock(self->game->stage);
    self->released++;
    self->released_late = self->game->responder->closed > 0;
    stage_unlock(self->game->stage);
}

static int join(player *self, const char *pattern)
{
    return cote_responder_on(self->game->responder->responder, pattern, on_request, on_release,
                             self, &self->number);
}

static player *player_of(game *self, player_move move)
{
    assert_true(self->player_count < PLAYERS);
    player *one = &self->players[self->player_count];
    *one = (player){.game = self, .name = (char)('A' + self->player_count++), .move = move};
    return one;
}

static player *player_on(game *self, const char *pattern, player_move move)
{
    player *one = player_of(self, move);
    assert_int_equal(join(one, pattern), COTE_OK);
    return one;
}

static int answer(player *self, cote_reply *reply)
{
    cote_value name = {COTE_KIND_STRING, &self->name, 1};
    return cote_reply_send(reply, &name, 0);
}

static void on_request(void *context, const cote_request *request, cote_reply *reply)
{
    player *self = context;
    test_stage *stage = self->game->stage;
    (void)request;
    stage_lock(stage);
    assert_true(self->game->call_count + 1 < CALLS);
    self->game->calls[self->game->call_count++] = self->name;
    if (self->move == KEEPS) self->token = reply;
    stage_unlock(stage);
    int result = COTE_OK;
    switch (self->move) {
    case KEEPS: break;
    case ANSWERS: result = answer(self, reply); break;
    case FAILS: result = cote_reply_error(reply, &self->name, "no", NULL); break;
    case DROPS: cote_reply_drop(reply); break;
    case LEAVES:
        cote_responder_off(self->game->responder->responder, self->other->number);
        result = answer(self, reply);
        break;
    case INVITES:
        join(self->other, "**");
        result = answer(self, reply);
        break;
    }
    stage_lock(stage);
    self->result = result;
    stage_unlock(stage);
}

/* The next frame is an answer to that id with that letter. */
static void expect_answer(raw_peer *peer, const char *text, const char *id)
{
    raw_expect(peer);
    assert_int_equal(peer->frame.count, 3);
    if (!raw_argument_is(peer, 1, text) || !raw_argument_is(peer, 2, id))
        fail_msg("not %s to %s", text, id);
}

static void expect_error(raw_peer *peer, const char *text, const char *id)
{
    raw_expect(peer);
    assert_int_equal(peer->frame.count, 2);
    assert_true(raw_argument_is(peer, 1, id));
    char error[256];
    snprintf(error, sizeof error, "%.*s", (int)peer->frame.arguments[0].size,
             peer->frame.arguments[0].data);
    if (!strstr(error, text)) fail_msg("not %s: %s", text, error);
}

static void end(game *self, raw_peer *peer)
{
    if (peer) raw_close(peer);
    actor_close(self->responder);
    stage_wait(self->stage, self->responder->closed == 1);
    for (unsigned i = 0; i < self->player_count; i++) {
        assert_int_equal(self->players[i].released, 1);
        assert_false(self->players[i].released_late);
    }
    free(self);
}

/* MARK: who is called */

static void test_patterns(void **state)
{
    static const char *const patterns[] = {"a",     "a::b",  "*",        "a::*", "*::b",
                                           "a::**", "**::b", "a::**::b", "**"};
    static const struct {
        const char *type, *called;
    } requests[] = {
        {"a", "ACFI"},   {"b", "CGI"},           {"a::b", "BDEFGHI"}, {"a::b::c", "FI"},
        {"c::b", "EGI"}, {"a::x::y::b", "FGHI"}, {"*", "CI"},         {"**", "CI"},
        {"a::*", "DFI"}, {"**::b", "EGI"},       {"a:b", "CI"},       {"::", "I"},
    };
    test_stage *stage = *state;
    game *self = game_on(stage);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        player_on(self, patterns[i], ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char json[64], first[] = "s:?";
        snprintf(json, sizeof json, "{\"type\":\"%s\"}", requests[i].type);
        first[2] = requests[i].called[0];
        stage_lock(stage);
        self->call_count = 0;
        stage_unlock(stage);
        raw_send_request(&peer, json, "1");
        expect_answer(&peer, first, "s:1");
        raw_send_request(&peer, "{\"type\":\"a\"}",
                         "2"); /* when it is answered all have been called */
        expect_answer(&peer, "s:A", "s:2");
        size_t count = strlen(requests[i].called);
        stage_lock(stage);
        bool right =
            memcmp(self->calls, requests[i].called, count) == 0 && self->calls[count] == 'A';
        stage_unlock(stage);
        if (!right) fail_msg("%s: not called were %s", requests[i].type, requests[i].called);
    }
    end(self, &peer);
}

/* As a type these name themselves, and no handler of another name. */
static void test_stars_are_types_like_others(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player_on(self, "a", ANSWERS);
    player_on(self, "a::b", ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"*\"}", "1");
    raw_send_request(&peer, "{\"type\":\"**\"}", "2");
    raw_send_request(&peer, "{\"type\":\"a::*\"}", "3");
    expect_error(&peer, "noHandler", "s:1");
    expect_error(&peer, "noHandler", "s:2");
    expect_error(&peer, "noHandler", "s:3");
    stage_check(stage, self->call_count == 0);
    end(self, &peer);
}

static void test_request_before_a_catch_all(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"any\"}", "1");
    player_on(self, "**", ANSWERS);
    expect_answer(&peer, "s:A", "s:1");
    end(self, &peer);
}

/* MARK: whose answer counts */

static void test_first_answer_counts(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *drops = player_on(self, "x", DROPS), *first = player_on(self, "*", ANSWERS);
    player *second = player_on(self, "x", ANSWERS), *third = player_on(self, "**", FAILS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    raw_send_request(&peer, "{\"type\":\"x\"}", "2");
    expect_answer(&peer, "s:B", "s:1");
    expect_answer(&peer, "s:B", "s:2"); /* nothing else was sent for the first */
    raw_send_request(&peer, "{\"type\":\"y\"}", "3");
    expect_answer(&peer, "s:B", "s:3");
    stage_check(stage, memcmp(self->calls, "ABCDABCD", 8) == 0);
    stage_check(stage, drops->result == COTE_OK && first->result == COTE_OK);
    stage_check(stage, second->result == COTE_EANSWERED && third->result == COTE_EANSWERED);
    assert_string_equal(cote_strerror(COTE_EANSWERED), "the request was answered before");
    end(self, &peer);
}

static void test_error_counts_as_well(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player_on(self, "x", FAILS);
    player *second = player_on(self, "x", ANSWERS);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "x", NULL);
    ask_expect(ask, COTE_EREMOTE);
    assert_string_equal(ask->code, "A");
    stage_wait(stage, second->result == COTE_EANSWERED);
    end(self, NULL);
}

static void test_later_and_elsewhere(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *slow = player_on(self, "x", KEEPS), *fast = player_on(self, "x", KEEPS);
    player *slower = player_on(self, "x", KEEPS);
    test_actor *requester = requester_on(stage, stage_loop(stage), "client");
    test_ask *ask = ask_send(requester, "x", NULL);
    stage_wait(stage, slow->token && fast->token && slower->token);
    assert_int_equal(answer(fast, fast->token), COTE_OK);
    assert_int_equal(answer(slow, slow->token), COTE_EANSWERED);
    ask_expect_result(ask, "B");
    cote_value broken = {COTE_KIND_JSON, "{", 1};
    assert_int_equal(cote_reply_send(slower->token, &broken, 0), COTE_EINVAL);
    end(self, NULL);
}

static void test_unanswered_is_known_with_the_last(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *keeps = player_on(self, "x", KEEPS);
    player_on(self, "x", DROPS);
    player *last = player_on(self, "x", KEEPS);
    player_on(self, "y", ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    stage_wait(stage, keeps->token && last->token);
    cote_reply_drop(keeps->token);
    raw_send_request(&peer, "{\"type\":\"y\"}", "2");
    expect_answer(&peer, "s:D", "s:2");
    cote_reply_drop(last->token);
    expect_error(&peer, "unanswered", "s:1");
    end(self, &peer);
}

static void test_all_drop_at_once(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    for (unsigned i = 0; i < 3; i++) player_on(self, "x", DROPS);
    player_on(self, "y", ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    raw_send_request(&peer, "{\"type\":\"y\"}", "2");
    expect_error(&peer, "unanswered", "s:1");
    expect_answer(&peer, "s:D", "s:2");
    end(self, &peer);
}

static void test_nobody_waits(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *first = player_on(self, "x", ANSWERS), *second = player_on(self, "x", ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    cote__buffer frame = {0};
    cote__amp_begin(&frame, 2);
    cote__amp_argument(&frame, "j:", cote__slice_of("{\"type\":\"x\"}"));
    cote__amp_argument(&frame, "j:", cote__slice_of("null"));
    raw_send(&peer, frame.data, frame.size);
    cote__buffer_fini(&frame);
    stage_wait(stage, self->call_count == 2 && second->result == COTE_EANSWERED);
    stage_check(stage, first->result == COTE_OK);
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    expect_answer(&peer, "s:A", "s:1");
    end(self, &peer);
}

static void test_tokens_outlive_the_responder(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *players[4];
    for (unsigned i = 0; i < 4; i++) players[i] = player_on(self, "x", KEEPS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    stage_wait(stage, players[3]->token != NULL);
    cote_reply_drop(players[0]->token);
    cote_loop *loop = self->loop;
    cote_reply *second = players[1]->token, *third = players[2]->token, *last = players[3]->token;
    end(self, &peer);
    assert_int_equal(cote_reply_send(second, NULL, 0), COTE_ECLOSED);
    stage_end_loop(stage, loop);
    assert_int_equal(cote_reply_send(third, NULL, 0), COTE_EANSWERED);
    cote_reply_drop(last);
}

/* MARK: many at once */

enum { THREADS = 4, ROUNDS = 200 };

typedef struct racer {
    pthread_t thread;
    player *player;
    bool drops;
    int result;
} racer;

static void *use(void *context)
{
    racer *self = context;
    if (self->drops)
        cote_reply_drop(self->player->token);
    else
        self->result = answer(self->player, self->player->token);
    return NULL;
}

static void test_exactly_one_answer_of_many_threads(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    racer racers[THREADS] = {0};
    for (unsigned i = 0; i < THREADS; i++) racers[i].player = player_on(self, "x", KEEPS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    for (unsigned round = 0; round < ROUNDS; round++) {
        char id[16], tagged[16];
        snprintf(id, sizeof id, "%u", round);
        snprintf(tagged, sizeof tagged, "s:%u", round);
        unsigned answering = round % (THREADS + 1); /* the others drop theirs */
        raw_send_request(&peer, "{\"type\":\"x\"}", id);
        stage_wait(stage, racers[THREADS - 1].player->token != NULL);
        for (unsigned i = 0; i < THREADS; i++) {
            racers[i].drops = i >= answering;
            racers[i].result = COTE_EANSWERED;
            assert_int_equal(pthread_create(&racers[i].thread, NULL, use, &racers[i]), 0);
        }
        unsigned won = 0;
        for (unsigned i = 0; i < THREADS; i++) {
            pthread_join(racers[i].thread, NULL);
            won += racers[i].result == COTE_OK;
            assert_true(racers[i].result == COTE_OK || racers[i].result == COTE_EANSWERED);
        }
        assert_int_equal(won, answering > 0);
        raw_expect(&peer);
        assert_int_equal(peer.frame.count, answering > 0 ? 3 : 2);
        assert_true(raw_argument_is(&peer, peer.frame.count - 1, tagged));
        stage_lock(stage);
        for (unsigned i = 0; i < THREADS; i++) racers[i].player->token = NULL;
        self->call_count = 0;
        stage_unlock(stage);
    }
    end(self, &peer);
}

/* MARK: on and off */

static void test_off(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *first = player_on(self, "x", ANSWERS);
    player_on(self, "x", ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    expect_answer(&peer, "s:A", "s:1");
    cote_responder *responder = self->responder->responder;
    assert_int_equal(cote_responder_off(responder, first->number), COTE_OK);
    stage_wait(stage, first->released == 1);
    raw_send_request(&peer, "{\"type\":\"x\"}", "2");
    expect_answer(&peer, "s:B", "s:2");
    assert_int_equal(cote_responder_off(responder, first->number), COTE_OK);
    assert_int_equal(cote_responder_off(responder, 12345), COTE_OK);
    assert_int_equal(cote_responder_off(NULL, 0), COTE_EINVAL);
    end(self, &peer);
}

static void test_off_from_a_handler(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *leaves = player_on(self, "x", LEAVES), *other = player_on(self, "x", ANSWERS);
    player_on(self, "x", ANSWERS);
    leaves->other = other;
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    expect_answer(&peer, "s:A", "s:1");
    stage_wait(stage, other->released == 1);
    stage_check(stage, self->call_count == 2 && memcmp(self->calls, "AC", 2) == 0);
    leaves->other = leaves; /* itself, now */
    raw_send_request(&peer, "{\"type\":\"x\"}", "2");
    expect_answer(&peer, "s:A", "s:2");
    raw_send_request(&peer, "{\"type\":\"x\"}", "3");
    expect_answer(&peer, "s:C", "s:3");
    stage_check(stage, leaves->released == 1);
    end(self, &peer);
}

static void test_on_from_a_handler(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player *invites = player_on(self, "x", INVITES);
    invites->other = player_of(self, ANSWERS);
    raw_peer peer = raw_connect(actor_port(self->responder));
    raw_send_request(&peer, "{\"type\":\"x\"}", "1");
    expect_answer(&peer, "s:A", "s:1");
    raw_send_request(&peer, "{\"type\":\"y\"}", "2");
    expect_answer(&peer, "s:B", "s:2");
    stage_check(stage, self->call_count == 2 && memcmp(self->calls, "AB", 2) == 0);
    end(self, &peer);
}

static void test_refused(void **state)
{
    test_stage *stage = *state;
    game *self = game_on(stage);
    player one = {.game = self, .name = '1'};
    assert_int_equal(join(&one, ""), COTE_EINVAL);
    assert_int_equal(join(&one, NULL), COTE_EINVAL);
    cote_responder *responder = self->responder->responder;
    assert_int_equal(cote_responder_on(responder, "x", NULL, on_release, &one, NULL), COTE_EINVAL);
    assert_int_equal(cote_responder_on(NULL, "x", on_request, on_release, &one, NULL), COTE_EINVAL);
    end(self, NULL);
    assert_int_equal(one.released, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        stage_test(test_patterns),
        stage_test(test_stars_are_types_like_others),
        stage_test(test_request_before_a_catch_all),
        stage_test(test_first_answer_counts),
        stage_test(test_error_counts_as_well),
        stage_test(test_later_and_elsewhere),
        stage_test(test_unanswered_is_known_with_the_last),
        stage_test(test_all_drop_at_once),
        stage_test(test_nobody_waits),
        stage_test(test_tokens_outlive_the_responder),
        stage_test(test_exactly_one_answer_of_many_threads),
        stage_test(test_off),
        stage_test(test_off_from_a_handler),
        stage_test(test_on_from_a_handler),
        stage_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
