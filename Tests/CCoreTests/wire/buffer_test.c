/* buffer_test.c - a buffer grows, keeps what it has, and remembers a failure. */
#include "wire/buffer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_holds(const cote__buffer *buffer, const char *text)
{
    assert_false(buffer->failed);
    assert_true(cote__slice_equal(cote__buffer_slice(buffer), cote__slice_of(text)));
}

static void a_new_one_is_empty(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    assert_int_equal(cote__buffer_slice(&buffer).size, 0);
    assert_null(cote__buffer_slice(&buffer).data);
    cote__buffer_fini(&buffer);
}

static void appends_follow_each_other(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    cote__buffer_append(&buffer, "ab", 2);
    cote__buffer_append_text(&buffer, "cd");
    cote__buffer_append_byte(&buffer, 'e');
    cote__buffer_append_slice(&buffer, cote__slice_of("fg"));
    cote__buffer_append(&buffer, NULL, 0);
    cote__buffer_append_slice(&buffer, (cote__slice){NULL, 0});
    cote__buffer_append_text(&buffer, "");
    assert_holds(&buffer, "abcdefg");
    cote__buffer_fini(&buffer);
}

static void growing_keeps_the_content(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    cote__buffer buffer = {0};
    for (int i = 0; i < COUNT; i++) cote__buffer_append_byte(&buffer, (char)(i * 7));
    assert_int_equal(buffer.size, COUNT);
    assert_in_range(buffer.capacity, COUNT, 2 * COUNT); /* grows by doubling, no more */
    for (int i = 0; i < COUNT; i++)
        if (buffer.data[i] != (char)(i * 7)) fail_msg("byte %d changed", i);
    cote__buffer_fini(&buffer);
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *text;
    } all[] = {
        {0, "0"}, {9, "9"}, {10, "10"}, {8000, "8000"}, {UINT64_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cote__buffer buffer = {0};
        cote__buffer_append_u64(&buffer, all[i].value);
        assert_holds(&buffer, all[i].text);
        cote__buffer_fini(&buffer);
    }
}

static void reserved_room_is_not_yet_content(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    cote__buffer_append_text(&buffer, "ab");
    char *room = cote__buffer_reserve(&buffer, 1000);
    assert_ptr_equal(room, buffer.data + 2);
    memset(room, 'x', 1000);
    assert_holds(&buffer, "ab");
    buffer.size += 3;
    assert_holds(&buffer, "abxxx");
    assert_non_null(cote__buffer_reserve(&buffer, 0));
    cote__buffer_fini(&buffer);

    cote__buffer fresh = {0};
    assert_non_null(cote__buffer_reserve(&fresh, 0));
    cote__buffer_fini(&fresh);
}

static void what_cannot_be_had_fails_until_cleared(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    cote__buffer_append_text(&buffer, "ab");
    assert_null(cote__buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.failed);
    cote__buffer_append_text(&buffer, "cd");
    cote__buffer_append_byte(&buffer, 'e');
    cote__buffer_append_u64(&buffer, 1);
    assert_int_equal(buffer.size, 2);
    assert_null(cote__buffer_reserve(&buffer, 1));

    size_t capacity = buffer.capacity;
    cote__buffer_clear(&buffer);
    assert_int_equal(buffer.capacity, capacity);
    cote__buffer_append_text(&buffer, "new");
    assert_holds(&buffer, "new");

    assert_null(cote__buffer_reserve(&buffer, SIZE_MAX / 2 + 1));
    assert_true(buffer.failed);
    cote__buffer_fini(&buffer);
    assert_null(buffer.data);
    assert_false(buffer.failed);
}

static void consuming_drops_the_front(void **state)
{
    (void)state;
    cote__buffer buffer = {0};
    cote__buffer_append_text(&buffer, "abcdef");
    cote__buffer_consume(&buffer, 0);
    assert_holds(&buffer, "abcdef");
    cote__buffer_consume(&buffer, 4);
    assert_holds(&buffer, "ef");
    cote__buffer_append_text(&buffer, "gh");
    assert_holds(&buffer, "efgh");
    cote__buffer_consume(&buffer, 4);
    assert_int_equal(buffer.size, 0);
    cote__buffer_fini(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_is_empty),
        cmocka_unit_test(appends_follow_each_other),
        cmocka_unit_test(growing_keeps_the_content),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(reserved_room_is_not_yet_content),
        cmocka_unit_test(what_cannot_be_had_fails_until_cleared),
        cmocka_unit_test(consuming_drops_the_front),
    };
    return cmocka_run_group_tests_name("wire/buffer", tests, NULL, NULL);
}
