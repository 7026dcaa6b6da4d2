#include "support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "wire/json.h"

/* Values as frames carry them, without their tags. */
#define J(TEXT)                                \
    {                                          \
        COTE_KIND_JSON, TEXT, sizeof(TEXT) - 1 \
    }
#define S(TEXT)                                  \
    {                                            \
        COTE_KIND_STRING, TEXT, sizeof(TEXT) - 1 \
    }
#define B(BYTES)                                  \
    {                                             \
        COTE_KIND_BYTES, BYTES, sizeof(BYTES) - 1 \
    }

/* Derived by hand from what each recording says of itself in `meaning`. */
const cote_test_vector cote_test_vectors[] = {
    /* Publishes: [s:message::TOPIC, data]. */
    {"pub-buffer", MEANS_PUBLISH, .frames = {{S("message::tick"), B("\x00\x01\x02")}}},
    {"pub-ns-buffer", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), B("\x00\x01\x02")}}},
    {"pub-ns-nul", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), J("null")}}},
    {"pub-ns-number", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), J("5")}}},
    {"pub-ns-object", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), J("{\"n\":1}")}}},
    {"pub-ns-room", MEANS_PUBLISH,
     .frames = {{S("message::ns1::tick"), J("{\"n\":1,\"__room\":\"room1\"}")}}},
    {"pub-ns-string", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), S("text")}}},
    {"pub-ns-undef", MEANS_PUBLISH, .frames = {{S("message::ns1::tick"), J("null")}}},
    {"pub-ns-wildtopic", MEANS_PUBLISH, .frames = {{S("message::ns1::a::b.c*"), J("{\"n\":1}")}}},
    {"pub-nul", MEANS_PUBLISH, .frames = {{S("message::tick"), J("null")}}},
    {"pub-number", MEANS_PUBLISH, .frames = {{S("message::tick"), J("5")}}},
    {"pub-object", MEANS_PUBLISH, .frames = {{S("message::tick"), J("{\"n\":1}")}}},
    {"pub-room", MEANS_PUBLISH,
     .frames = {{S("message::tick"), J("{\"n\":1,\"__room\":\"room1\"}")}}},
    {"pub-string", MEANS_PUBLISH, .frames = {{S("message::tick"), S("text")}}},
    {"pub-undef", MEANS_PUBLISH, .frames = {{S("message::tick"), J("null")}}},
    {"pub-wildtopic", MEANS_PUBLISH, .frames = {{S("message::a::b.c*"), J("{\"n\":1}")}}},

    /* Of a monitor. */
    {"monitor-status", MEANS_STATUS,
     .frames = {{S("status"), J("{\"id\":\"7a939a7e-8ad5-415a-97cb-2003fd146394\",\"nodes\":["
                                "\"10dd97a7-30c1-4dec-aece-6fa0b599f1b2\"]}")}}},

    /* Requests: [payload, ..., id]. */
    {"req-13-args", MEANS_REQUEST, "x",
     .frames = {{J("{\"type\":\"x\"}"), J("1"), J("2"), J("3"), J("4"), J("5"), J("6"), J("7"),
                 J("8"), J("9"), J("10"), J("11"), J("12"), S("4242:15")}}},
    {"req-14-args", MEANS_REQUEST, "x",
     .frames = {{J("{\"type\":\"x\"}"), J("1"), J("2"), J("3"), J("4"), J("5"), J("6"), J("7"),
                 J("8"), J("9"), J("10"), J("11"), J("12"), J("13"), S("4242:16")}}},
    {"req-15-args", MEANS_NOTHING, .end = COTE__AMP_NO_ARGUMENTS},
    {"req-16-args", MEANS_NO_REQUEST, .frames = {{J("{\"type\":\"x\"}")}},
     .end = COTE__AMP_BAD_VERSION},
    {"req-array-data", MEANS_NO_REQUEST, .frames = {{J("[1,2]"), S("4242:13")}}},
    {.name = "req-bigint", .meaning = MEANS_NOTHING},
    {"req-buffer-arg", MEANS_REQUEST, "b",
     .frames = {{J("{\"type\":\"b\"}"), B("\x00\xff\x10"), S("4242:4")}}},
    {"req-buffer-in-object", MEANS_REQUEST, "b",
     .frames = {{J("{\"type\":\"b\",\"buf\":{\"type\":\"Buffer\",\"data\":[1,2]}}"), S("4242:6")}}},
    {"req-empty-buffer-arg", MEANS_REQUEST, "b",
     .frames = {{J("{\"type\":\"b\"}"), B(""), S("4242:5")}}},
    {"req-multi-arg", MEANS_REQUEST, "m",
     .frames = {{J("{\"type\":\"m\"}"), S("str"), J("7"), J("null"), J("true"), J("[1]"),
                 S("4242:2")}}},
    {"req-no-type", MEANS_NO_REQUEST, .frames = {{J("{\"a\":1}"), S("4242:14")}}},
    {.name = "req-null-data", .meaning = MEANS_NOTHING},
    {"req-object-cb", MEANS_REQUEST, "add",
     .frames = {{J("{\"type\":\"add\",\"a\":1,\"b\":2}"), S("4242:0")}}},
    {"req-object-promise", MEANS_REQUEST, "add",
     .frames = {{J("{\"type\":\"add\",\"a\":1,\"b\":2}"), S("4242:1")}}},
    {"req-special-numbers", MEANS_REQUEST, "n",
     .frames =
         {{J("{\"type\":\"n\",\"nan\":null,\"inf\":null,\"neg0\":0,\"big\":1e+21,\"small\":1e-7,"
             "\"max\":9007199254740992,\"d\":\"1970-01-01T00:00:00.000Z\",\"re\":{},\"m\":{}}"),
           S("4242:8")}}},
    {"req-string-data", MEANS_NO_REQUEST, .frames = {{S("hello"), S("4242:12")}}},
    {"req-string-lone-surrogate-arg", MEANS_REQUEST, "u",
     .frames = {{J("{\"type\":\"u\"}"),
                 S("a\xef\xbf\xbd"
                   "b"),
                 S("4242:10")}}},
    {"req-timeout-prop", MEANS_REQUEST, "t",
     .frames = {{J("{\"type\":\"t\",\"__timeout\":50000}"), S("4242:11")}}},
    {"req-undefined-arg", MEANS_REQUEST, "m",
     .frames = {{J("{\"type\":\"m\"}"), J("null"), S("4242:3")}}},
    {"req-unicode", MEANS_REQUEST, "u",
     .frames = {{J("{\"type\":\"u\",\"s\":\"\xc3\xa9\xe2\x9c\x93\xf0\x9f\x98\x80\xe2\x80\xa8 lone "
                   "\\ud800 ctl \\u0001 \x7f / \\\"q\\\" \\\\\"}"),
                 S("4242:9")}}},

    /* Replies: [error, values..., id]. */
    {"resp-15-fields", MEANS_SUCCESS,
     .frames = {{J("null"), J("1"), J("2"), J("3"), J("4"), J("5"), J("6"), J("7"), J("8"), J("9"),
                 J("10"), J("11"), J("12"), J("13"), S("4242:7")}}},
    {"resp-16-fields", MEANS_NOTHING, .end = COTE__AMP_NO_ARGUMENTS},
    {"resp-array", MEANS_SUCCESS, .frames = {{J("null"), J("[1,\"a\",null]"), S("4242:7")}}},
    {.name = "resp-bigint", .meaning = MEANS_NOTHING},
    {"resp-bool", MEANS_SUCCESS, .frames = {{J("null"), J("false"), S("4242:7")}}},
    {"resp-buffer-in-object", MEANS_SUCCESS,
     .frames = {{J("null"), J("{\"b\":{\"type\":\"Buffer\",\"data\":[1]}}"), S("4242:7")}}},
    {"resp-buffer-looks-like-json", MEANS_SUCCESS, .frames = {{J("null"), J("{"), S("4242:7")}}},
    {"resp-buffer", MEANS_SUCCESS, .frames = {{J("null"), B("\xde\xad\xbe\xef"), S("4242:7")}}},
    {.name = "resp-circular", .meaning = MEANS_NOTHING},
    {"resp-date", MEANS_SUCCESS,
     .frames = {{J("null"), J("\"1970-01-01T00:00:00.000Z\""), S("4242:7")}}},
    {"resp-empty-buffer", MEANS_SUCCESS, .frames = {{J("null"), B(""), S("4242:7")}}},
    {"resp-empty-string", MEANS_SUCCESS, .frames = {{J("null"), S(""), S("4242:7")}}},
    {"resp-err-only-null", MEANS_SUCCESS, .frames = {{J("null"), S("4242:7")}}},
    {"resp-error-and-value", MEANS_FAILURE, .frames = {{S("e"), J("{\"v\":1}"), S("4242:7")}}},
    {"resp-error-cb", MEANS_FAILURE, .frames = {{J("{}"), S("4242:7")}}},
    {"resp-error-empty-string", MEANS_SUCCESS, .frames = {{J("null"), J("1"), S("4242:7")}}},
    {"resp-error-falsy-0", MEANS_SUCCESS, .frames = {{J("null"), J("1"), S("4242:7")}}},
    {"resp-error-object", MEANS_FAILURE,
     .frames = {{J("{\"code\":7,\"message\":\"m\"}"), S("4242:7")}}},
    {"resp-error-props", MEANS_FAILURE,
     .frames = {{J("{\"code\":\"E1\",\"status\":500}"), S("4242:7")}}},
    {"resp-error-string", MEANS_FAILURE, .frames = {{S("bad"), S("4242:7")}}},
    {"resp-float", MEANS_SUCCESS, .frames = {{J("null"), J("0.1"), S("4242:7")}}},
    {"resp-last-arg-function", MEANS_SUCCESS, .frames = {{J("null"), J("{\"a\":1}"), S("4242:7")}}},
    {"resp-multi", MEANS_SUCCESS,
     .frames = {{J("null"), J("1"), S("two"), J("{\"three\":3}"), S("4242:7")}}},
    {"resp-nan", MEANS_SUCCESS, .frames = {{J("null"), J("null"), S("4242:7")}}},
    {"resp-no-args", MEANS_SUCCESS, .frames = {{J("null"), S("4242:7")}}},
    {"resp-null", MEANS_SUCCESS, .frames = {{J("null"), J("null"), S("4242:7")}}},
    {"resp-number", MEANS_SUCCESS, .frames = {{J("null"), J("42"), S("4242:7")}}},
    {"resp-object", MEANS_SUCCESS, .frames = {{J("null"), J("{\"sum\":3}"), S("4242:7")}}},
    {"resp-promise-bigint", MEANS_FAILURE, .frames = {{J("{}"), S("4242:7")}}},
    {"resp-promise-reject-error", MEANS_FAILURE, .frames = {{J("{}"), S("4242:7")}}},
    {"resp-promise-reject-string", MEANS_FAILURE, .frames = {{S("bad"), S("4242:7")}}},
    {"resp-promise-reject-undefined", MEANS_SUCCESS, .frames = {{J("null"), S("4242:7")}}},
    {"resp-promise-undefined", MEANS_SUCCESS, .frames = {{J("null"), J("null"), S("4242:7")}}},
    {"resp-promise-value", MEANS_SUCCESS, .frames = {{J("null"), J("{\"ok\":1}"), S("4242:7")}}},
    {"resp-string", MEANS_SUCCESS, .frames = {{J("null"), S("hi"), S("4242:7")}}},
    {.name = "resp-sync-throw", .meaning = MEANS_NOTHING},
    {.name = "resp-sync-value", .meaning = MEANS_NOTHING},
    {"resp-twice", MEANS_SUCCESS,
     .frames = {{J("null"), J("1"), S("4242:7")}, {J("null"), J("2"), S("4242:7")}}},
    {"resp-two-listeners", MEANS_SUCCESS,
     .frames = {{J("null"), S("first"), S("4242:7")}, {J("null"), S("second"), S("4242:7")}}},
    {"resp-undefined", MEANS_SUCCESS, .frames = {{J("null"), J("null"), S("4242:7")}}},
    {.name = "resp-unknown-type", .meaning = MEANS_NOTHING},
};

const size_t cote_test_vector_count = sizeof cote_test_vectors / sizeof *cote_test_vectors;

unsigned cote_test_vector_arguments(const cote_test_vector *vector, unsigned frame)
{
    unsigned count = 0;
    while (vector->frames[frame][count].data) count++;
    return count;
}

unsigned cote_test_vector_frames(const cote_test_vector *vector)
{
    unsigned count = 0;
    while (count < 2 && cote_test_vector_arguments(vector, count) > 0) count++;
    return count;
}

char *cote_test_vector_bytes(const cote_test_vector *vector, size_t *size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tcp/%s.json", COTE_FIXTURES, vector->name);
    size_t file_size;
    char *file = cote_test_read_file(path, &file_size);
    cote__json recording, hex;
    if (!cote__json_parse((cote__slice){file, file_size}, 8, &recording) ||
        !cote__json_member(recording, "hex", &hex) || hex.type != COTE__JSON_STRING)
        fail_msg("%s: is no recording", path);
    char *bytes = cote_test_hex(hex.text.data + 1, hex.text.size - 2, size);
    free(file);
    return bytes;
}
