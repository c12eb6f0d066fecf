"""From the event loop to the disk and back: answered after the commit, in one transaction with others."""

import asyncio

import pytest

from knai.kit import bus
from knai.practice.live.ingest import Ingest
from knai.practice.models import ChartEntry, DeviceSample
from tests.practice.live.harness import Bench, at, cuff, message, sample

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bench(cast):
    return Bench(cast)


def run(story, **options):
    """Tell `story(ingest)` beside a running ingest."""

    async def main():
        ingest = Ingest(clock=lambda: at(60), judge=None, **options)
        await ingest.start()
        try:
            return await story(ingest)
        finally:
            await ingest.stop()

    return asyncio.run(main())


def test_a_message_is_on_the_disk_when_it_is_answered(bench):
    async def story(ingest):
        outcome = await ingest.accept(message(sample("hr", 70, 1)), "127.0.0.1")
        return outcome, await asyncio.to_thread(DeviceSample.objects.count)

    outcome, count = run(story)
    assert (outcome.kind, count) == ("charted", 1)


def test_messages_that_wait_together_are_committed_together(bench, monkeypatch):
    sizes = []
    store = type(bench.writer).store
    monkeypatch.setattr(
        type(bench.writer), "store", lambda self, jobs: sizes.append(len(jobs)) or store(self, jobs)
    )

    async def story(ingest):
        batches = [message(sample("hr", 70, n)) for n in range(50)]
        return await asyncio.gather(*(ingest.accept(b, "p") for b in batches))

    outcomes = run(story)
    assert {o.kind for o in outcomes} == {"charted"}
    assert sum(sizes) == 50 and len(sizes) < 50
    assert DeviceSample.objects.count() == 50


def test_stopping_commits_what_was_taken_in(bench):
    async def story(ingest):
        waiting = [ingest.accept(message(sample("hr", 70, n)), "p") for n in range(20)]
        await ingest.stop()
        return await asyncio.gather(*waiting)

    async def main():
        ingest = Ingest(clock=lambda: at(60), judge=None)
        await ingest.start()
        return await story(ingest)

    assert {o.kind for o in asyncio.run(main())} == {"charted"}
    assert DeviceSample.objects.count() == 20


def test_no_more_wait_than_there_is_room_for(bench):
    async def story(ingest):
        return await asyncio.gather(
            *(ingest.accept(message(sample("hr", 70, n)), "p") for n in range(30))
        )

    assert len(run(story, most_waiting=2)) == 30
    assert DeviceSample.objects.count() == 30


def test_pages_learn_of_a_tile_a_set_and_the_points(bench, cast):
    told = {"tiles": [], "samples": [], "entries": []}
    ends = [bus.subscribe(topic, messages.append) for topic, messages in told.items()]

    async def story(ingest):
        await ingest.accept(message(sample("hr", 70, 1), *cuff(2)), "p")
        for _ in range(200):
            if any(b'"sbp":120' in m["data"] for m in told["tiles"]):
                return
            await asyncio.sleep(0.01)

    run(story)
    for end in ends:
        end()
    assert {m["session_id"] for m in told["tiles"]} == {cast.session.pk}
    assert [m["kind"] for m in told["entries"]] == ["vitals"]
    assert told["samples"][0]["event"] == "samples"
    assert ChartEntry.objects.get().source == "device"


def test_a_command_that_fails_does_not_end_the_way_in(bench):
    async def story(ingest):
        ingest.command(lambda: 1 / 0)
        return await ingest.accept(message(sample("hr", 70, 1)), "p")

    assert run(story).kind == "charted"
