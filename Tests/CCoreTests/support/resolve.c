#include "support/resolve.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

cote_options named(void)
{
    cote_options options = COTE_OPTIONS_INIT;
    options.name = "n";
    return options;
}

cote__settings resolve(const cote_options *options)
{
    cote__settings settings;
    if (cote__settings_resolve(options, COTE__AXON_REP, &settings) != COTE_OK)
        fail_msg("%s", cote_error_detail());
    cote__settings_fini(&settings);
    return settings;
}

void expect_refused(const cote_options *options, const char *detail)
{
    cote__settings settings;
    assert_int_equal(cote__settings_resolve(options, COTE__AXON_REP, &settings), COTE_EINVAL);
    assert_string_equal(cote_error_detail(), detail);
}
