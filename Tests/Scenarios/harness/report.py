"""What a scenario counted, as a line and as a row of a table."""


def outcome(stage, name, title, seconds, skipped=None):
    """As it goes from the scenario's process to the one that reports."""
    return {"name": name, "title": title, "seconds": seconds, "skipped": skipped, "load": stage.load,
            "fault": stage.fault, "counts": dict(stage.sums), "reasons": dict(stage.reasons),
            "gap_us": stage.longest_gap_us, "figures": stage.figures, "faults": stage.faults}


def lost(name, title, reason, seconds):
    """The outcome of one that did not come to its end."""
    return {"name": name, "title": title, "seconds": seconds, "skipped": None, "load": "", "fault": "", "counts": {},
            "reasons": {}, "gap_us": None, "figures": [], "faults": [reason]}


def verdict(one):
    if one["faults"]:
        return "FAILED"
    return "skipped" if one["skipped"] else "passed"


def duration(us):
    return f"{us / 1e6:.2f} s" if us >= 1e6 else f"{us / 1e3:.1f} ms"


def counts(one):
    """sent = answered + failed, and which reasons."""
    if not one["counts"]:
        return ""
    sent, answered = one["counts"]["sent"], one["counts"]["answered"]
    failed = sum(one["reasons"].values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(one["reasons"].items()))
    return f"{sent:,} = {answered:,} + {failed:,}" + (f" ({reasons})" if reasons else "")


def line(one):
    parts = [f"{verdict(one):8}{one['name']:20}{one['seconds']:6.1f} s"]
    if one["skipped"]:
        parts.append(one["skipped"])
    if one["counts"]:
        parts.append("sent = answered + failed: " + counts(one))
        parts.append(f"hung {one['counts']['hung']}, twice {one['counts']['twice']}")
        parts.append(f"gap {duration(one['gap_us'])}")
    parts += one["figures"]
    return "; ".join(parts) + "".join(f"\n        {fault}" for fault in one["faults"])


def summary(all_of_them):
    """Every scenario and its verdict, those that were skipped by name."""
    by_verdict = {kind: [one["name"] for one in all_of_them if verdict(one) == kind]
                  for kind in ("passed", "skipped", "FAILED")}
    lines = [f"{len(by_verdict['passed'])} of {len(all_of_them)} scenarios passed"]
    lines += [f"{kind}: {', '.join(names)}" for kind, names in by_verdict.items() if names and kind != "passed"]
    return "\n".join(lines)


def markdown(all_of_them):
    rows = ["| scenario | load | fault | sent = answered + failed | hung | longest gap | |",
            "| --- | --- | --- | --- | --- | --- | --- |"]
    for one in all_of_them:
        gap = "" if one["gap_us"] is None else duration(one["gap_us"])
        hung = one["counts"].get("hung", "")
        more = "; ".join(one["figures"])
        if verdict(one) != "passed":
            more = verdict(one) + (": " + one["skipped"] if one["skipped"] else "")
        cells = [one["title"], one["load"], one["fault"], counts(one), hung, gap, more]
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(rows)
