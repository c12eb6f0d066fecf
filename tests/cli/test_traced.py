"""Reading a trace: a sync counts for the answer that comes after it, once."""

import pytest

from knai.cli.bench.traced import _count

SYNC = "17 fdatasync(9) = 0"
ANSWER = r'15 sendto(12, "\vMSH|^~\\&|KNAI\rMSA|AA|1\r\34\r", 60, 0, NULL, 0) = 60'


@pytest.mark.parametrize(
    "lines, count",
    [
        ([SYNC, ANSWER], 1),
        ([SYNC, ANSWER.replace("AA", "CA")], 1),
        ([ANSWER, SYNC], 0),
        ([SYNC, ANSWER, ANSWER], 1),
        ([SYNC, SYNC, ANSWER, SYNC, ANSWER], 2),
        (["17 fdatasync(9 <unfinished ...>", ANSWER, "17 <... fdatasync resumed>) = 0"], 0),
        (["17 fdatasync(9 <unfinished ...>", "17 <... fdatasync resumed>) = 0", ANSWER], 1),
        (["17 fdatasync(9) = -1 EIO", ANSWER], 0),
        ([SYNC, ANSWER.replace("AA", "AE")], 0),
    ],
)
def test_only_a_sync_before_the_answer_counts(lines, count):
    assert _count(lines) == count
