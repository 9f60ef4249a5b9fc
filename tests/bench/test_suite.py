#!/usr/bin/env python3
"""The benchmark's own arithmetic, data and checks: test_suite.py BINARY. TAP."""
import functools
import os
import random
import shutil
import sys
import tempfile
import traceback

from suite import data, peers, questions, report, results, rows, runner, workloads

SMALL = 300_000


class Nobody:
    """No peer is installed."""
    versions, left_out = {}, []

    def __init__(self, binary):
        self.binary = binary

    @staticmethod
    def has(_name):
        return False

    @staticmethod
    def has_node_only():
        return False


def result(seconds, size=1_000_000_000, hits=5, name="x"):
    return {"name": name, "seconds": seconds, "bytes": size, "hits": hits, "threads": 1, "command": "x FILE"}


def contender(key, columns, answer="rows"):
    return peers.Contender(key, key, "envelopes", columns=columns, answer=answer)


# --- arithmetic ---

def a_ratio_is_of_rates_of_medians(_binary):
    both = {"a": result([0.1, 0.2, 9.0]), "b": result([0.8, 0.1, 0.4]), "half": result([0.2], 500_000_000), "none": result([])}
    assert abs(runner.ratio(both, "a", "b") - 2) < 1e-9
    assert abs(runner.ratio(both, "half", "a") - 0.5) < 1e-9  # half the bytes in the same time
    assert runner.ratio(both, "a", "missing") is None and runner.ratio(both, "none", "a") is None


def a_goal_is_met_from_its_own_value_on(_binary):
    check = {"goal": 2, "stretch": 3}
    verdicts = [runner.verdict(check, m) for m in (1.999, 2.0, 2.999, 3.0, None)]
    assert verdicts == ["missed", "met", "met", "stretch met", "left out"], verdicts
    assert runner.verdict({"goal": None, "stretch": None}, 0.1) == "reported"


def numbers_have_the_digits_that_count(_binary):
    shown = [report.number(n) for n in (0.0654, 0.5, 1.234, 12.34, 123.4, 1234.5, None)]
    assert shown == ["0.07", "0.50", "1.23", "12.3", "123", "1,234", ""], shown


# --- answers ---

def a_wrong_number_of_hits_is_seen(_binary):
    answers = runner.Answers({"envelopes": 5})
    answers.expect(contender("a", ("U",)), 5)
    assert not answers.wrong
    answers.expect(contender("a", ("U",)), 4)
    assert len(answers.wrong) == 1 and "4 hits" in answers.wrong[0], answers.wrong
    answers.expect(contender("a", ("U",)), None)
    assert len(answers.wrong) == 1
    answers.expect(contender("a", ("U",)), 0)
    assert len(answers.wrong) == 2 and "nothing found" in answers.wrong[1], answers.wrong


def other_rows_are_seen_and_another_order_of_columns_is_not(_binary):
    answers = runner.Answers({})
    answers.compare(contender("a", ("U", "P")), [("x", "1"), ("y", "2")])
    answers.compare(contender("b", ("P", "U", "more")), [("2", "y", "z"), ("1", "x", "z")])
    assert not answers.wrong, answers.wrong
    answers.compare(contender("c", ("U", "P")), [("x", "1"), ("y", "3")])
    assert len(answers.wrong) == 1 and "c and a differ in 2 rows" in answers.wrong[0], answers.wrong
    answers.compare(contender("d", ("U", "P")), [("x", "1"), ("y", "2"), ("y", "2")])
    assert len(answers.wrong) == 2, answers.wrong


def rows_that_are_not_sorted_are_seen(_binary):
    answers = runner.Answers({})
    answers.compare(contender("a", ("Timestamp",)), [("2",), ("1",)])
    answers.compare(contender("b", ("Timestamp",)), [("1",), ("2",)])
    assert answers.wrong == ["b: rows of envelopes are not sorted"], answers.wrong


def quick_ones_run_more_often_in_a_turn_and_slow_ones_less(_binary):
    takes = {"quick": 0.01, "usual": 1.0, "slow": 9.0}
    found = {key: {"seconds": []} for key in takes}
    team, order = [contender(key, (), "none") for key in takes], []

    def run(one):
        order.append(one.key)
        return takes[one.key]

    kept, peers.run = peers.run, run
    try:
        for number in range(4):
            runner.turn(team, number, found, runner.Answers({}), (5, 2))
    finally:
        peers.run = kept
    assert {key: len(r["seconds"]) for key, r in found.items()} == {"quick": 12, "usual": 4, "slow": 2}, found
    assert order[:8] == ["quick", "usual", "slow", "quick", "quick", "usual", "slow", "quick"], order


# --- report ---

def a_report_says_what_was_missed(_binary):
    one = results.dated({"kind": "speed", "name": "envelopes", "title": "T", "wrong": [], "rounds": 3, "slow": (5, 3), "short": (0.25, 3), "contenders": {
        "wc": result([0.1, 0.1], name="wc -l"), "ours-1": result([0.2, 0.3, 0.2], name="ddnshunt")},
        "checks": [{"label": "one thread", "goal": 0.8, "stretch": None, "measured": 0.5, "verdict": "missed"}]}, Nobody("b"))
    text = report.markdown([one])
    assert "0 of 1 goals met." in text
    assert "| T | one thread | 0.50 | at least 0.80 | **missed** |" in text, text
    assert "| wc -l | 1 | 0.100 | 0.100 | 10.0 | 0.50 | 5 |" in text, text
    assert report.headline([one]).splitlines()[2] == "| wc -l | 1 | 10.0 |", report.headline([one])


def a_missed_goal_does_not_look_met(_binary):
    check = {"goal": 2.0, "measured": 1.9981, "verdict": "missed"}
    assert report.measured_text(check) == "1.998", report.measured_text(check)
    assert report.measured_text({**check, "measured": 2.0012, "verdict": "met"}) == "2.00"


def only_what_stands_between_the_marks_is_replaced(_binary):
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    assert report.replaced(page, "new\n") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    try:
        report.replaced("no marks", "new")
    except ValueError:
        return
    raise AssertionError("a page without marks was taken")


def a_command_names_no_path(binary):
    with tempfile.TemporaryDirectory() as folder:
        store = data.Store(folder, SMALL)
        store.make("envelopes")
        field = workloads.Field(store, Nobody(binary), 2)
        team = field.scan("envelopes") + [peers.Contender("q", "q", "envelopes", engine=["x"], program=questions.duckdb_detection(
            "envelope", store.path("envelopes"), peers.OUT, questions.COLUMNS))]
        for each in team:
            shown = each.shown(store, binary)
            assert folder not in shown and os.path.dirname(binary) not in shown and peers.OUT not in shown, shown


# --- data ---

def a_seed_makes_the_same_bytes_and_another_one_others(_binary):
    made = []
    for seed in (1, 1, 2):
        with tempfile.TemporaryDirectory() as folder:
            store = data.Store(folder, SMALL, seed)
            store.make("envelopes")
            with open(store.path("envelopes"), "rb") as f:
                made.append(f.read())
    assert made[0] == made[1] and made[0] != made[2]


def data_is_made_anew_only_when_how_it_is_made_has_changed(_binary):
    with tempfile.TemporaryDirectory() as folder:
        store = data.Store(folder, SMALL)
        store.make("flows")
        before = os.stat(store.path("flows")).st_mtime_ns
        store.make("flows")
        assert os.stat(store.path("flows")).st_mtime_ns == before
        store.key = lambda _name: "changed"
        assert store.facts("flows") is None
        store.make("flows")
        assert os.stat(store.path("flows")).st_mtime_ns != before


def rows_have_the_lengths_that_the_goals_name(_binary):
    with tempfile.TemporaryDirectory() as folder:
        store = data.Store(folder, SMALL)
        for name, least, most in (("envelopes", 1600, 1800), ("flows", 270, 340), ("long", 7500, 8600), ("files", 1600, 1800)):
            facts = store.make(name)
            assert least <= facts["bytes"] / facts["rows"] <= most, (name, facts)


def one_remote_url_in_six_is_null(_binary):
    rng = random.Random(3)
    nulls = sum(rows.row(rng, False)["RemoteUrl"] is None for _ in range(6000))
    assert 850 <= nulls <= 1150, nulls


def finds_the_hits_of(name):
    def test(binary):
        with tempfile.TemporaryDirectory() as folder:
            store = data.Store(folder, SMALL)
            facts = store.make(name)
            field = workloads.Field(store, Nobody(binary), 2)
            for each in field.scan(name) + field.scan(name, "published"):
                peers.run(each)
                count, found = peers.read_answer(each)
                assert count == facts["hits"] > 0, (each.name, count, facts)
                assert all(row[each.columns.index("RemoteUrl")] for row in found)
            peers.clean_up()
    return test


TESTS = [a_ratio_is_of_rates_of_medians, a_goal_is_met_from_its_own_value_on, numbers_have_the_digits_that_count,
         a_wrong_number_of_hits_is_seen, other_rows_are_seen_and_another_order_of_columns_is_not, rows_that_are_not_sorted_are_seen,
         quick_ones_run_more_often_in_a_turn_and_slow_ones_less,
         a_report_says_what_was_missed, a_missed_goal_does_not_look_met,
         only_what_stands_between_the_marks_is_replaced, a_command_names_no_path,
         a_seed_makes_the_same_bytes_and_another_one_others, data_is_made_anew_only_when_how_it_is_made_has_changed,
         rows_have_the_lengths_that_the_goals_name, one_remote_url_in_six_is_null]


def agrees_in(name):
    """A workload at a small size with the peers that are there: it can be built and run, and all give the same answer."""
    def test(binary):
        needs, build = workloads.WORKLOADS[name]
        with tempfile.TemporaryDirectory() as folder:
            store, installed = data.Store(folder, SMALL), everybody(binary)
            for each in needs:
                store.make(each)
            found = runner.measure(name, build(workloads.Field(store, installed, 2)), store, installed, 1, runner.SLOW)
            assert not found["wrong"], found["wrong"]
            assert any(key.startswith("ours") for key in found["contenders"]) and found["checks"]
            assert found["title"] in report.markdown([found])
    return test


@functools.lru_cache(maxsize=1)
def everybody(binary):
    """Who is installed: looked for once, since it starts them all."""
    return peers.Peers(binary, os.path.join(os.path.dirname(binary), "bench"))


def can_be_packed(name):
    kinds = {data.DATASETS[each].packed for each in workloads.WORKLOADS[name][0]} - {None}
    return all(any(shutil.which(command[0]) for command in data.PACKERS[kind]) for kind in kinds)


def tests():
    """(name, test) of all. What is compressed has the rows of another set."""
    yield from ((test.__name__.replace("_", " "), test) for test in TESTS)
    for name in (name for name, spec in data.DATASETS.items() if not spec.packed):
        yield f"ddnshunt finds the hits that were put into {name}, by either rule", finds_the_hits_of(name)
    for name in workloads.WORKLOADS:
        yield f"all that are installed agree in {name}", agrees_in(name) if can_be_packed(name) else None


def main():
    binary, number, failed = os.path.abspath(sys.argv[1]), 0, 0
    for number, (name, test) in enumerate(tests(), 1):
        if test is None:
            print(f"ok {number} - {name} # SKIP not installable here: a compressor")
            continue
        try:
            test(binary)
            print(f"ok {number} - {name}")
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}\n# " + traceback.format_exc().replace("\n", "\n# "))
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
