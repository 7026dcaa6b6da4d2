/* base.h - the types that every other header uses. */
#ifndef COTE_BASE_H
#define COTE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COTE_VERSION_MAJOR 0
#define COTE_VERSION_MINOR 1
#define COTE_VERSION_PATCH 0
#define COTE_VERSION       "0.1.0"

/* Marks what a shared library exports; everything else stays hidden. */
#if defined(__GNUC__)
#define COTE_API __attribute__((visibility("default")))
#else
#define COTE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* How a value travels: each argument of a frame is one of these (protocol, section 2). */
typedef enum cote_kind {
    COTE_KIND_BYTES = 0,  /* raw bytes, as they are */
    COTE_KIND_JSON = 1,   /* JSON text in UTF-8, without the tag `j:` */
    COTE_KIND_STRING = 2, /* UTF-8 text, without the tag `s:` */
    COTE_KIND_BIGINT = 3  /* a decimal integer of any size, without the tag `b:` */
} cote_kind;

/*
 * A value: what it is, and where its bytes are. Never owns them. As a parameter of a call the bytes
 * are copied before the call returns; as a parameter of a callback they are borrowed until it
 * returns (contract, rule 4). No terminating zero is implied.
 */
typedef struct cote_value {
    cote_kind kind;
    const void *data; /* NULL only when size is 0 */
    size_t size;      /* bytes */
} cote_value;

/* The version of the library that is linked, e.g. "0.1.0". Static storage. */
COTE_API const char *cote_version(void);

#ifdef __cplusplus
}
#endif

#endif
