"""Messages as monitors send them, written for these tests. Every person in them is invented."""

from datetime import UTC, datetime

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
NAME = "INVENTEDNAME^ZOE"


def mdil(rows: str, *, time: str = "20260304115930") -> bytes:
    """A monitor that sends MDIL codes, one local time, and no sender."""
    head = (
        r"MSH|^~\&|||||||ORU^R01|HP7700123|P|2.2||||||8859/1",
        f"PID|||MRN77||{NAME}||19700101|F",
        "PV1||O|^^Chair2&3&1",
        f"OBR|||||||{time}",
    )
    return "\r".join((*head, *rows.split())).encode("latin-1") + b"\r"


def mdc(rows: str, *, at: str = "20260304195930+0800") -> bytes:
    """A monitor that sends MDC codes and units and dates everything with the message's own time."""
    head = (
        rf"MSH|^~\&|NC_Like|SERIAL77|||{at}||ORU^R01^ORU_R01|2026030419593000001|P|2.6||||||UNICODE UTF-8",
        f"PID|||20007||{NAME}|||F||Unknown",
        "PV1||O|^^&7|R",
        f"OBR||||1^SOME_PARAM^99OTHER|||{at}",
    )
    return "\r".join((*head, *rows.replace("@", at).split())).encode() + b"\r"


def pcd01(
    rows: str, *, sent: str = "20260304120000+0000", obr: str = "20260304115842+0000"
) -> bytes:
    """An IHE PCD-01 gateway, with an empty line after PID as one of them writes."""
    head = (
        rf"MSH|^~\&|Gate_Like^0800AABB^EUI-64|Some Clinic|||{sent}||ORU^R01^ORU_R01|c0ffee77|P|2.6|||AL|NE||"
        "UNICODE UTF-8|||PCD_DEC_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
        f"PID|||CL2009^^^SIM^PI||{NAME}",
        "",
        "PV1||O|Room 4^^2|",
        f"OBR|1|x77|x77|182777000^monitoring of patient^SCT|||{obr}",
    )
    return "\r".join((*head, *rows.split("\n"))).encode() + b"\r"


def loinc(rows: str, *, sent: str = "20260304120000+0000", status: str = "P") -> bytes:
    head = (
        rf"MSH|^~\&|Plain|Box1|||{sent}||ORU^R01|n77|{status}|2.5.1",
        f"PID|1||77^^^SIM||{NAME}",
        "PV1|1|O|Bay^^3",
        "OBR|1||||||20260304115930+0000",
    )
    return "\r".join((*head, *rows.split("\n"))).encode() + b"\r"


def one(
    value: str, *, code: str = "8867-4", unit: str = "/min^^UCUM", kind: str = "NM", **more: str
) -> bytes:
    """One LOINC value; heart rate unless told otherwise."""
    status, at = more.get("status", "F"), more.get("at", "20260304115930+0000")
    row = f"OBX|1|{kind}|{code}^a name^LN|1|{value}|{unit}|||||{status}|||{at}"
    return loinc(row, sent=more.get("sent", "20260304120000+0000"))
