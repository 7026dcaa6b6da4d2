"""What is counted wrong is told, and a failure is never reported as a success."""

import unittest

from harness import report, stage

GOOD = {"event": "result", "sent": 1000, "answered": 990, "wrong": 0, "twice": 0, "hung": 0, "failed": {"timeout": 10},
        "last_failure": "late", "longest_gap_us": 12345, "longest_pause_us": 0}


class Load:
    """Has ended with this result."""

    def __init__(self, **changes):
        self.result = GOOD | changes

    def wait(self, name, patience):
        return self.result


class CountingTests(unittest.TestCase):
    def faults(self, *loads, reasons=("timeout",), **options):
        played = self.played = stage.Stage("", "", False, False)
        for load in loads:
            played.counted(load, reasons=reasons, **options)
        return played.faults

    def test_what_is_right(self):
        self.assertEqual(self.faults(Load(), Load()), [])
        outcome = report.outcome(self.played, "two", "two loads", 1)
        self.assertEqual(report.counts(outcome), "2,000 = 1,980 + 20 (20 timeout)")
        self.assertEqual(report.verdict(outcome), "passed")

    def test_each_wrong_count_is_a_fault(self):
        self.assertEqual(len(self.faults(Load(hung=1, answered=989))), 1)
        self.assertEqual(len(self.faults(Load(twice=1))), 1)
        self.assertEqual(len(self.faults(Load(wrong=1))), 1)
        self.assertEqual(len(self.faults(Load(wrong=1), trusted=False)), 0)
        self.assertEqual(len(self.faults(Load(answered=989))), 1)  # one is lost in silence
        self.assertEqual(len(self.faults(Load(sent=0, answered=0, failed={}))), 1)

    def test_a_reason_that_was_not_expected_is_a_fault(self):
        self.assertEqual(self.faults(Load(), reasons=()), ["failed for {'timeout': 10}, the last: late"])

    def test_a_gap_counts_without_the_pause_of_the_sender(self):
        played = stage.Stage("", "", False, False)
        played.gap_below(GOOD, 13000)
        played.gap_below(GOOD | {"longest_pause_us": 5000}, 8000)
        self.assertEqual(played.faults, [])
        played.gap_below(GOOD, 12000)
        self.assertEqual(len(played.faults), 1)

    def test_what_counted_nothing_is_told(self):
        self.assertTrue(stage.Stage("", "", False, False).nothing_happened())


class ReportTests(unittest.TestCase):
    def outcomes(self):
        good = stage.Stage("", "", False, False)
        good.load, good.fault = "a load", "a fault"
        good.counted(Load(), reasons=("timeout",))
        good.figure("a figure")
        return [report.outcome(good, "good", "Good", 1), report.outcome(good, "no", "No", 1, "no tool"),
                report.lost("bad", "Bad", "why", 1)]

    def test_lines(self):
        good, skipped, bad = map(report.line, self.outcomes())
        self.assertTrue(good.startswith("passed  good"))
        self.assertIn("1,000 = 990 + 10 (10 timeout); hung 0, twice 0; gap 12.3 ms; a figure", good)
        self.assertTrue(skipped.startswith("skipped no"))
        self.assertIn("no tool", skipped)
        self.assertTrue(bad.startswith("FAILED  bad"))
        self.assertTrue(bad.endswith("why"))

    def test_summary_names_what_did_not_pass(self):
        self.assertEqual(report.summary(self.outcomes()), "1 of 3 scenarios passed\nskipped: no\nFAILED: bad")

    def test_markdown(self):
        rows = report.markdown(self.outcomes()).splitlines()
        self.assertEqual(rows[2], "| Good | a load | a fault | 1,000 = 990 + 10 (10 timeout) | 0 | 12.3 ms | a figure |")
        self.assertTrue(rows[4].endswith("| FAILED |"))


if __name__ == "__main__":
    unittest.main()
