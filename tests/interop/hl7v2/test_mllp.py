import asyncio
import datetime as dt
import logging
import socket
import ssl
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from knai.interop.hl7v2 import ack, identify, load_dialect, read_batch
from knai.interop.hl7v2.framing import Deframer, frame
from knai.interop.hl7v2.mllp import MllpListener
from knai.interop.hl7v2.simulator import Chair, Feed, SimulatedPatient, build_dense, pump, send
from knai.interop.hl7v2.simulator.send import code_of
from tests.interop.hl7v2.lookalikes import NAME

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


def message(number, name=NAME):
    return f"MSH|^~\\&|Mon|W|||20260304120000||ORU^R01|{number}|P|2.6\rPID|||1||{name}\r".encode()


async def accept(raw, peer):
    return ack.accept(identify(raw), now=NOW)


def listening(handler=accept, **settings):
    return MllpListener(handler, port=0, **settings)


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.deframer, self.read = Deframer(), []

    @classmethod
    async def to(cls, listener, **more):
        return cls(*await asyncio.open_connection("127.0.0.1", listener.port, **more))

    def send(self, *messages):
        self.writer.write(b"".join(frame(m) for m in messages))

    async def answer(self):
        """The next answer; None once the listener has hung up."""
        async with asyncio.timeout(5):
            while not self.read:
                try:
                    data = await self.reader.read(65_536)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self.read += self.deframer.feed(data)
        return self.read.pop(0)

    async def answers(self, count):
        return [await self.answer() for _ in range(count)]


def hang_up_at_once(client):
    """With a reset, as when the monitor is switched off, and not with a polite goodbye."""
    sock = client.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()


def control_id(answer):
    return answer.split(b"\rMSA|")[1].split(b"\r")[0].split(b"|")[1].decode()


def test_answers_come_in_the_order_of_arrival_though_handlers_end_in_another():
    gates = [asyncio.Event() for _ in range(3)]
    begun = []

    async def handler(raw, peer):
        number = int(identify(raw).control_id)
        begun.append(number)
        await gates[number].wait()
        return await accept(raw, peer)

    async def scene():
        async with listening(handler) as listener:
            client = await Client.to(listener)
            client.send(*(message(n) for n in range(3)))
            while len(begun) < 3:  # all at once: the commit behind them has something to group
                await asyncio.sleep(0)
            for gate in reversed(gates):
                gate.set()
            return [control_id(a) for a in await client.answers(3)]

    assert asyncio.run(scene()) == ["0", "1", "2"]


def test_no_more_than_the_bound_is_handled_at_once():
    running, most = 0, 0

    async def handler(raw, peer):
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(20):
            await asyncio.sleep(0)
        running -= 1
        return await accept(raw, peer)

    async def scene():
        async with listening(handler, max_in_flight=4) as listener:
            client = await Client.to(listener)
            client.send(*(message(n) for n in range(60)))
            return [control_id(a) for a in await client.answers(60)]

    assert asyncio.run(scene()) == [str(n) for n in range(60)]
    assert 2 <= most <= 6  # four wait for their answer, one is being answered, one waits for room


def test_a_message_the_handler_fails_on_is_answered_ae_and_the_next_one_is_read(caplog):
    async def handler(raw, peer):
        if b"|bad|" in raw:
            raise ValueError(raw.decode())
        return await accept(raw, peer)

    async def scene():
        async with listening(handler) as listener:
            client = await Client.to(listener)
            client.send(message("bad"), message("good"), b"no message at all", message("last"))
            return [code_of(a) for a in await client.answers(4)], listener.stats

    with caplog.at_level(logging.DEBUG, logger="knai"):
        codes, stats = asyncio.run(scene())
    assert codes == ["AE", "AA", "AE", "AA"]
    assert stats.handler_errors == 2
    assert "ValueError" in caplog.text
    assert NAME.split("^")[0] not in caplog.text


def test_noise_on_the_line_costs_its_own_block_only():
    async def scene():
        async with listening() as listener:
            client = await Client.to(listener)
            client.writer.write(b"GET / HTTP/1.1\r\n\r\n\x0bMSH|half" + frame(message(1)))
            return control_id(await client.answer()), listener.stats.framing_errors

    assert asyncio.run(scene()) == ("1", 2)


def test_a_message_beyond_the_limit_is_rejected_by_its_control_id():
    async def scene():
        async with listening(max_bytes=1000) as listener:
            client = await Client.to(listener)
            client.send(message("big", "x" * 2000), message("small"))
            return [(code_of(a), control_id(a)) for a in await client.answers(2)]

    assert asyncio.run(scene()) == [("AR", "big"), ("AA", "small")]


def test_a_handler_may_answer_nothing():
    async def handler(raw, peer):
        return b"" if b"|quiet|" in raw else await accept(raw, peer)

    async def scene():
        async with listening(handler) as listener:
            client = await Client.to(listener)
            client.send(message("quiet"), message("loud"))
            return control_id(await client.answer())

    assert asyncio.run(scene()) == "loud"


@pytest.mark.parametrize(
    "allowed, served",
    [
        (("127.0.0.0/8",), True),
        (("127.0.0.1",), True),
        (("10.1.0.0/16", "127.0.0.1"), True),
        (("10.1.0.0/16",), False),
        ((), False),
    ],
)
def test_only_allowed_peers_are_heard(allowed, served):
    async def scene():
        async with listening(allowed_peers=allowed) as listener:
            client = await Client.to(listener)
            client.send(message(1))
            return await client.answer() is not None, listener.stats.refused_peers

    assert asyncio.run(scene()) == (served, 0 if served else 1)


def test_a_wrong_peer_list_stops_the_start():
    with pytest.raises(ValueError, match="everyone"):
        listening(allowed_peers=("everyone",))


def test_a_listener_is_local_unless_told_otherwise():
    assert MllpListener(accept).host == "127.0.0.1"


@pytest.mark.parametrize("begun", [b"", b"\x0bMSH|half a message"])
def test_a_silent_peer_is_hung_up_on(begun):
    settings = {"block_timeout_s": 0.1} if begun else {"idle_timeout_s": 0.1}

    async def scene():
        async with listening(**settings) as listener:
            client = await Client.to(listener)
            client.writer.write(begun)
            return await client.answer(), listener.stats.timeouts

    assert asyncio.run(scene()) == (None, 1)


def test_a_drip_that_never_ends_a_block_is_hung_up_on():
    async def scene():
        async with listening(block_timeout_s=0.1, idle_timeout_s=60) as listener:
            client = await Client.to(listener)
            client.writer.write(b"\x0b")
            answer = asyncio.create_task(client.answer())
            while not answer.done():
                client.writer.write(b"x")
                await asyncio.sleep(0.01)
            return await answer

    assert asyncio.run(scene()) is None


def test_a_peer_that_takes_no_answers_holds_up_nobody_else():
    async def handler(raw, peer):
        return await accept(raw, peer) + b"x" * 200_000

    async def scene():
        async with listening(handler, block_timeout_s=0.2) as listener:
            deaf, other = await Client.to(listener), await Client.to(listener)
            deaf.send(*(message(n) for n in range(200)))
            other.send(message("heard"))
            heard = control_id(await other.answer())
            while listener.stats.lost_connections == 0:
                await asyncio.sleep(0.01)
            other.send(message("still"))
            return heard, control_id(await other.answer())

    async def within_reason():
        async with asyncio.timeout(10):
            return await scene()

    assert asyncio.run(within_reason()) == ("heard", "still")


def test_a_peer_that_leaves_does_not_undo_what_it_sent():
    kept, gate = [], asyncio.Event()

    async def handler(raw, peer):
        await gate.wait()
        kept.append(identify(raw).control_id)
        return await accept(raw, peer)

    async def scene():
        async with asyncio.timeout(5), listening(handler) as listener:
            client = await Client.to(listener)
            client.send(message(1), message(2))
            while listener.stats.messages < 2:
                await asyncio.sleep(0)
            hang_up_at_once(client)
            while listener.stats.lost_connections == 0:
                await asyncio.sleep(0)
            gate.set()
            while len(kept) < 2:
                await asyncio.sleep(0)

    asyncio.run(scene())
    assert kept == ["1", "2"]


def test_stopping_answers_what_was_taken_and_then_hangs_up():
    gate = asyncio.Event()

    async def handler(raw, peer):
        await gate.wait()
        return await accept(raw, peer)

    async def scene():
        listener = listening(handler)
        await listener.start()
        client = await Client.to(listener)
        client.send(message(1))
        while listener.stats.messages < 1:
            await asyncio.sleep(0)
        stopping = asyncio.create_task(listener.stop())
        await asyncio.sleep(0)
        gate.set()
        await stopping
        answers = [control_id(await client.answer()), await client.answer()]
        with pytest.raises(OSError):
            await Client.to(listener)
        return answers

    assert asyncio.run(scene()) == ["1", None]


def test_stopping_does_not_wait_for_ever():
    async def handler(raw, peer):
        await asyncio.Event().wait()

    async def scene():
        listener = listening(handler, grace_s=0.05)
        await listener.start()
        client = await Client.to(listener)
        client.send(message(1))
        while listener.stats.messages < 1:
            await asyncio.sleep(0)
        async with asyncio.timeout(2):
            await listener.stop()
        return listener.connected_peers

    assert asyncio.run(scene()) == []


def test_a_taken_port_is_an_error_at_the_start():
    async def scene():
        async with listening() as first:
            with pytest.raises(OSError):
                await MllpListener(accept, port=first.port).start()

    asyncio.run(scene())


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    )
    made = (
        made.serial_number(1).not_valid_before(today).not_valid_after(today + dt.timedelta(days=1))
    )
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = folder / "both.pem"
    path.write_bytes(key.private_bytes(pem, form, plain) + signed.public_bytes(pem))
    return path


def test_over_tls_only_tls_is_spoken(tmp_path):
    path = certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=path)

    async def scene():
        async with listening(tls=server) as listener:
            client = await Client.to(listener, ssl=trusting, server_hostname="localhost")
            client.send(message(1))
            plain = await Client.to(listener)
            plain.send(message(2))
            return control_id(await client.answer()), await plain.answer(), listener.stats.messages

    assert asyncio.run(scene()) == ("1", None, 1)


# ----------------------------------------------------------------------------------- the simulated sender
def test_a_simulated_ward_is_charted_to_the_last_message():
    mapping, charted = load_dialect("pcd01"), []

    async def handler(raw, peer):
        charted.extend(read_batch(raw, mapping, now=NOW).samples)
        return await accept(raw, peer)

    feeds = [Feed(Chair(f"{n}"), SimulatedPatient(n), until_s=59.0) for n in range(4)]

    async def scene():
        async with listening(handler) as listener:
            started = NOW - dt.timedelta(minutes=10)
            return await send(
                feeds, port=listener.port, started_at=started, speed=float("inf"), in_flight=8
            )

    report = asyncio.run(scene())
    assert (report.sent, report.accepted, report.reconnects) == (240, 240, 0)
    assert 0 < report.p50_ms <= report.p99_ms
    assert len(charted) > 240 * 5


def test_a_sender_that_lost_its_connection_sends_again_what_was_not_answered():
    seen = []

    async def scene():
        async def handler(raw, peer):
            seen.append(identify(raw).control_id)
            if len(seen) == 2:
                for connection in list(listener._connections):
                    connection.abort()
            return await accept(raw, peer)

        async with listening(handler) as listener:
            chair = Chair("1")
            ready = [(0.0, build_dense(chair, at=NOW, control_id=str(n))) for n in range(4)]
            return await pump(ready, port=listener.port)

    report = asyncio.run(scene())
    assert seen == ["0", "1", "1", "2", "3"]
    assert (report.accepted, report.reconnects) == (4, 1)


def test_a_sender_keeps_its_bounds():
    endless = Feed(Chair("1"), SimulatedPatient(1), every_s=0.01)

    async def scene():
        async with listening() as listener:
            common = {"port": listener.port, "started_at": NOW}
            counted = await send([endless], max_messages=7, speed=100, **common)
            timed = await send([endless], max_seconds=0.1, **common)
            return counted.accepted, timed.seconds

    counted, seconds = asyncio.run(scene())
    assert counted == 7
    assert 0.1 <= seconds < 2


def test_a_sender_without_a_listener_gives_up_after_its_attempts():
    async def scene():
        async with listening() as listener:
            port = listener.port
        with pytest.raises(OSError):
            await pump([(0.0, b"x")], port=port, attempts=2)

    asyncio.run(scene())
