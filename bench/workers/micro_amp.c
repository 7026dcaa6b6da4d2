/* micro_amp.c - what frames cost: to make one, and to read it. */
#include <stdlib.h>

#include "bench.h"
#include "micro.h"
#include "wire/message.h"

static void pack(cote__buffer *frame, const cote_value *bytes)
{
    const cote__request_parts parts = {
        .type = cote__slice_of("echo"),
        .bytes = bytes,
        .id = cote__slice_of("00000000-0000-4000-8000-000000000000:100000"),
    };
    cote__buffer_clear(frame);
    cote__request_encode(frame, &parts);
    if (frame->failed) abort();
}

typedef struct sample {
    cote_value bytes;
    cote__buffer frame;
} sample;

static sample make(size_t size)
{
    char *bytes = calloc(1, size);
    if (!bytes) abort();
    sample self = {.bytes = {COTE_KIND_BYTES, bytes, size}};
    pack(&self.frame, &self.bytes);
    return self;
}

static void free_sample(sample *self)
{
    free((void *)self->bytes.data);
    cote__buffer_fini(&self->frame);
}

static void pack_some(void *context, unsigned times)
{
    sample *self = context;
    while (times-- > 0) pack(&self->frame, &self->bytes);
}

static void parse_some(void *context, unsigned times)
{
    const sample *self = context;
    while (times-- > 0) {
        cote__amp_frame frame;
        cote__request request;
        cote__slice data = cote__buffer_slice(&self->frame);
        if (cote__amp_decode(data.data, data.size, data.size, &frame) != COTE__AMP_FRAME ||
            cote__request_decode(&frame, COTE__JSON_MAX_DEPTH, &request) != COTE__MESSAGE_OK ||
            request.bytes.size != self->bytes.size)
            abort();
    }
}

static double measure(void (*run)(void *context, unsigned times), size_t size, double seconds)
{
    sample request = make(size);
    double result = micro_measure(run, &request, seconds);
    free_sample(&request);
    return result;
}

double bench_request_pack(size_t size, double seconds)
{
    return measure(pack_some, size, seconds);
}

double bench_request_parse(size_t size, double seconds)
{
    return measure(parse_some, size, seconds);
}
