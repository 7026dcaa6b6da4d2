/* vectors.h - the recorded TCP traffic of Node.js cote, and what each recording means. */
#ifndef COTE_TEST_VECTORS_H
#define COTE_TEST_VECTORS_H

#include "cote/base.h"
#include "wire/amp.h"

typedef enum cote_test_meaning {
    MEANS_NOTHING,    /* Node sent no byte */
    MEANS_REQUEST,    /* of the type in `text` */
    MEANS_NO_REQUEST, /* a frame that a responder has to ignore */
    MEANS_SUCCESS,    /* replies */
    MEANS_FAILURE,
    MEANS_PUBLISH, /* on the topic in `text` */
    MEANS_STATUS
} cote_test_meaning;

/* One recording: fixtures/tcp/NAME.json. */
typedef struct cote_test_vector {
    const char *name;
    cote_test_meaning meaning;
    const char *text;
    cote_value frames[2][COTE__AMP_MAX_ARGUMENTS + 1]; /* what has no data ends each, and all */
    cote__amp_result end; /* what stands behind the frames; PARTIAL: nothing */
} cote_test_vector;

extern const cote_test_vector cote_test_vectors[];
extern const size_t cote_test_vector_count;

unsigned cote_test_vector_frames(const cote_test_vector *vector);
unsigned cote_test_vector_arguments(const cote_test_vector *vector, unsigned frame);

/* What was recorded. Owned by the caller, to be freed. */
char *cote_test_vector_bytes(const cote_test_vector *vector, size_t *size);

#endif
