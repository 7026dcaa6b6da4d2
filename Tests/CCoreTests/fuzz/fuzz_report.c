/* fuzz_report.c - statuses of anybody, and that saying what was understood again means the same. */
#include <stdlib.h>

#include "wire/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) abort();
}

/* Writes it as a component of that type would, with the nodes' ids as they are; of it the counters
 * come back that such a component has. */
static void say_again(const cote__report *report, cote__axon_type axon_type)
{
    cote__buffer out = {0}, scratch = {0}, text = {0};
    size_t begun = cote__report_begin(&out, report->id);
    cote__json list, node;
    size_t count = 0;
    check(cote__json_parse(report->nodes, COTE__JSON_MAX_DEPTH, &list));
    cote__json_iterator nodes = cote__json_iterate(list);
    while (cote__json_next(&nodes, NULL, &node)) {
        if (node.type != COTE__JSON_STRING) continue;
        cote__slice id;
        cote__buffer_clear(&text);
        char *room = cote__buffer_reserve(&text, node.text.size);
        check(room && cote__json_string(node, room, &id));
        cote__report_node(&out, id);
        count++;
    }
    cote__report_end(&out, begun, axon_type, &report->counters);

    cote__amp_frame frame;
    cote__report again, twice;
    check(!out.failed);
    check(cote__amp_decode(out.data, out.size, SIZE_MAX, &frame) == COTE__AMP_FRAME);
    check(cote__report_decode(&frame, &scratch, &again) == COTE__MESSAGE_OK);
    check(cote__slice_equal(again.id, report->id) && again.counts);
    check(cote__json_parse(again.nodes, 1, &list));
    nodes = cote__json_iterate(list);
    while (cote__json_next(&nodes, NULL, &node)) count--;
    check(count == 0);

    cote__buffer second = {0}, other = {0};
    begun = cote__report_begin(&second, again.id);
    cote__report_end(&second, begun, axon_type, &again.counters);
    check(cote__amp_decode(second.data, second.size, SIZE_MAX, &frame) == COTE__AMP_FRAME);
    check(cote__report_decode(&frame, &other, &twice) == COTE__MESSAGE_OK);
    check(memcmp(&twice.counters, &again.counters, sizeof again.counters) == 0);
    cote__buffer_fini(&out);
    cote__buffer_fini(&scratch);
    cote__buffer_fini(&text);
    cote__buffer_fini(&second);
    cote__buffer_fini(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cote__amp_frame frame;
    cote__buffer scratch = {0};
    for (size_t at = 0; cote__amp_decode(bytes + at, size - at, size, &frame) == COTE__AMP_FRAME;
         at += frame.size) {
        cote__report report;
        if (cote__report_decode(&frame, &scratch, &report) != COTE__MESSAGE_OK) continue;
        check(report.id.size > 0 && report.id.size <= 128);
        check(!memchr(report.id.data, '\0', report.id.size));
        check(report.status.data && report.nodes.data);
        for (int type = COTE__AXON_REQ; type <= COTE__AXON_SUB; type++)
            say_again(&report, (cote__axon_type)type);
    }
    cote__buffer_fini(&scratch);
    return 0;
}
