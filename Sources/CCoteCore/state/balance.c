#include "state/balance.h"

static size_t round_robin(cote__balancer *self, size_t count, cote__eligible eligible,
                          const void *context)
{
    size_t index = self->next;
    for (size_t tried = 0; tried < count; tried++, index++) {
        if (index >= count) index = 0; /* round, or there were more of them last time */
        if (!eligible(context, index)) continue;
        self->next = index + 1;
        return index;
    }
    return COTE__NOBODY;
}

void cote__balancer_init_round_robin(cote__balancer *balancer)
{
    *balancer = (cote__balancer){.choose = round_robin, .next = 0};
}
