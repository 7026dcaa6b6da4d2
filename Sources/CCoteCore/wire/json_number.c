/* json_number.c - JSON numbers: checking, reading and writing them, in every locale alike. */
#include "wire/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/json_scan.h"

enum {
    /* The middle between two doubles has at most 768 digits, so beyond them it only matters whether
     * anything follows: one digit more stands for all. */
    SIGNIFICANT_DIGITS = 768,
    ENOUGH_DIGITS = 17,
    EXPONENT_LIMIT = 100000 /* far beyond any double: more is as good as infinite */
};

/* MARK: checking */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at)) at++;
    return at;
}

/* One digit or more. */
static const char *scan_digits(const char *at, const char *end)
{
    return at < end && is_digit(*at) ? skip_digits(at + 1, end) : NULL;
}

const char *cote__json_scan_number(const char *at, const char *end)
{
    if (at < end && *at == '-') at++;
    at = at < end && *at == '0' ? at + 1 : scan_digits(at, end);
    if (at && at < end && *at == '.') at = scan_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = scan_digits(at, end);
    }
    return at;
}

/* MARK: reading, text known to be valid */

/* A number as digits × 10^exponent, with neither leading nor trailing zeros; zero has no digits. */
typedef struct decimal {
    bool negative;
    size_t count;
    int64_t exponent;
    char digits[SIGNIFICANT_DIGITS + 1];
} decimal;

static int64_t read_exponent(const char *at, const char *end)
{
    if (at == end) return 0;
    at++; /* the e */
    bool negative = *at == '-';
    int64_t value = 0;
    for (; at < end; at++)
        if (is_digit(*at) && value < INT64_MAX / 100) value = value * 10 + (*at - '0');
    return negative ? -value : value;
}

static decimal read_decimal(cote__slice text)
{
    decimal self;
    self.negative = *text.data == '-';
    self.count = 0;
    const char *at = text.data, *end = at + text.size;
    int64_t dropped = 0, fraction = 0; /* digits that found no room; digits behind the point */
    bool behind_point = false;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') behind_point = true;
        if (!is_digit(*at)) continue;
        fraction += behind_point;
        if (self.count == 0 && *at == '0') continue;
        if (self.count < SIGNIFICANT_DIGITS)
            self.digits[self.count++] = *at;
        else {
            dropped++;
            if (*at != '0' && self.count == SIGNIFICANT_DIGITS) self.digits[self.count++] = '1';
        }
    }
    /* The digit that stands for all dropped ones has the place behind the kept. */
    if (self.count > SIGNIFICANT_DIGITS) dropped--;
    self.exponent = read_exponent(at, end) + dropped - fraction;
    while (self.count > 0 && self.digits[self.count - 1] == '0') {
        self.count--;
        self.exponent++;
    }
    return self;
}

/*
 * strtod rounds correctly, and is given digits and an exponent only: what a locale puts for the
 * decimal point has no place in there.
 */
static double to_double(const decimal *self)
{
    if (self->count == 0) return self->negative ? -0.0 : 0.0;
    int64_t exponent = self->exponent;
    if (exponent > EXPONENT_LIMIT) exponent = EXPONENT_LIMIT;
    if (exponent < -EXPONENT_LIMIT) exponent = -EXPONENT_LIMIT;
    char text[SIGNIFICANT_DIGITS + 32];
    snprintf(text, sizeof text, "%s%.*se%d", self->negative ? "-" : "", (int)self->count,
             self->digits, (int)exponent);
    return strtod(text, NULL);
}

bool cote__json_number(cote__json number, double *value)
{
    if (number.type != COTE__JSON_NUMBER) return false;
    decimal read = read_decimal(number.text);
    *value = to_double(&read);
    return true;
}

bool cote__json_u64(cote__json number, uint64_t *value)
{
    if (number.type != COTE__JSON_NUMBER) return false;
    decimal read = read_decimal(number.text);
    if (read.count > 0 && (read.negative || read.exponent < 0 || read.exponent > 20)) return false;
    uint64_t result = 0;
    size_t places = read.count > 0 ? read.count + (size_t)read.exponent : 0;
    for (size_t i = 0; i < places; i++) {
        uint64_t digit = i < read.count ? (uint64_t)(read.digits[i] - '0') : 0;
        if (result > (UINT64_MAX - digit) / 10) return false;
        result = result * 10 + digit;
    }
    *value = result;
    return true;
}

/* MARK: writing */

/* The `count` digits, up to 17, closest to a positive `value`, as an integer × 10^exponent. */
static uint64_t closest(double value, int count, int *exponent)
{
    char text[48];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    uint64_t digits = 0;
    const char *at = text;
    for (; *at != 'e'; at++) /* passes over the decimal point, whatever it looks like */
        if (is_digit(*at)) digits = digits * 10 + (uint64_t)(*at - '0');
    *exponent = atoi(at + 1) - (count - 1);
    return digits;
}

static decimal from_integer(uint64_t integer, int exponent)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%llu", (unsigned long long)integer);
    decimal self = read_decimal((cote__slice){text, (size_t)size});
    self.exponent += exponent;
    return self;
}

/*
 * The shortest decimal that reads as a positive `value`, as JavaScript writes it: the closest of
 * that length that does. Below a power of two the doubles lie closer, and then it can be the next
 * one up. ENOUGH_DIGITS tell every double from its neighbours.
 */
static decimal shortest(double value)
{
    decimal self;
    for (int count = 1; count <= ENOUGH_DIGITS; count++) {
        int exponent;
        uint64_t digits = closest(value, count, &exponent);
        self = from_integer(digits, exponent);
        if (to_double(&self) == value) break;
        self = from_integer(digits + 1, exponent);
        if (to_double(&self) == value) break;
    }
    return self;
}

static void append_zeros(cote__buffer *out, int64_t count)
{
    while (count-- > 0) cote__buffer_append_byte(out, '0');
}

void cote__json_write_number(cote__buffer *out, double value)
{
    if (!isfinite(value)) {
        cote__buffer_append_text(out, "null");
        return;
    }
    if (value == 0) {
        cote__buffer_append_byte(out, '0');
        return;
    }
    if (value < 0) cote__buffer_append_byte(out, '-');
    decimal number = shortest(fabs(value));
    int64_t count = (int64_t)number.count, point = count + number.exponent; /* digits before it */
    if (point > 21 || point <= -6) {
        cote__buffer_append_byte(out, number.digits[0]);
        if (count > 1) cote__buffer_append_byte(out, '.');
        cote__buffer_append(out, number.digits + 1, number.count - 1);
        cote__buffer_append_text(out, point > 0 ? "e+" : "e-");
        cote__buffer_append_u64(out, (uint64_t)(point > 0 ? point - 1 : 1 - point));
    } else if (point <= 0) {
        cote__buffer_append_text(out, "0.");
        append_zeros(out, -point);
        cote__buffer_append(out, number.digits, number.count);
    } else if (point >= count) {
        cote__buffer_append(out, number.digits, number.count);
        append_zeros(out, point - count);
    } else {
        cote__buffer_append(out, number.digits, (size_t)point);
        cote__buffer_append_byte(out, '.');
        cote__buffer_append(out, number.digits + point, (size_t)(count - point));
    }
}
