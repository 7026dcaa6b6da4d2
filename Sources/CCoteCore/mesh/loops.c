/* loops.c - the loops that the components of a process share. */
#include <pthread.h>

#include "cote/loop.h"
#include "mesh/settings_value.h"
#include "wire/error.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cote_loop *loops[COTE_MAX_LOOPS];
static unsigned next; /* the number of the call */

static int take_next(unsigned count, cote_loop **loop)
{
    cote_loop **place = &loops[next % count];
    int result = *place ? COTE_OK : cote_loop_create(place);
    if (result != COTE_OK) return result;
    next++;
    *loop = *place;
    return COTE_OK;
}

int cote_loop_shared(unsigned count, cote_loop **loop)
{
    if (!loop) return cote__fail(COTE_EINVAL, "loop: NULL");
    cote__number number;
    int result =
        cote__pick_number((cote__place){"loops", "COTE_LOOPS"}, count,
                          (cote__wanted){"a number of loops", 1, COTE_MAX_LOOPS, 1}, &number);
    if (result != COTE_OK) return result;
    pthread_mutex_lock(&lock);
    result = take_next(number.value, loop);
    pthread_mutex_unlock(&lock);
    return result;
}
