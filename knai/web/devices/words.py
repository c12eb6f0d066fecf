"""Why a value was not charted, in words, and what to do about it."""

REASONS: dict[str, tuple[str, str]] = {
    "unknown_code": ("The monitor sent a code nobody has mapped", "Say what the code means."),
    "unknown_unit": ("The unit is not one this sign can be read from", "Say what the unit means."),
    "no_time": ("The value has no time that can be placed", "Set the monitor's time zone."),
    "clock_off": ("The monitor's clock is off", "Set the clock at the monitor."),
    "implausible": ("The value cannot be true of a person", "Look at the sensor, then discard."),
    "not_a_number": ("The value is not a number", "Discard, or ask who services the monitor."),
    "no_cuff_rule": (
        "Nobody has said when this monitor's cuff pressures were taken",
        "Choose its cuff rule.",
    ),
    "no_cuff_time": ("The cuff pressure has no time of its own", "Choose another cuff rule."),
    "invasive": ("Pressures from an arterial line are not charted here", "Discard."),
    "no_zone": ("The value's time names no time zone", "Set the monitor's time zone."),
    "cuff_out_of_order": (
        "The cuff pressure is older than one already known",
        "Set the clock at the monitor, then discard.",
    ),
    "unknown_device": ("No monitor of this name is known", "Add the monitor, then read again."),
    "no_mapping": ("How this monitor is to be read is not set", "Open the monitor and set it."),
    "no_device": ("The message does not name its monitor", "Name the monitor at the monitor."),
    "inactive_device": ("The monitor is retired", "Take it into use again, or discard."),
    "patient_differs": (
        "The monitor names another patient than the one it is on",
        "Look who is at the bed. Then correct the monitor, or read again and vouch for the id.",
    ),
    "two_patients": ("The message speaks of two patients", "Discard."),
    "patient_id_too_long": ("The patient id is too long to be compared", "Discard."),
    "before_attachment": (
        "Measured before the monitor was put on this patient",
        "Discard: it is the patient's before.",
    ),
    "unreadable": ("The message cannot be read as HL7", "Ask who services the sender."),
    "not_an_observation": ("The message is no observation", "Discard."),
    "not_production": ("The message calls itself a test", "Discard."),
    "status": ("The value has a status that is not charted", "Discard."),
    "withdrawn": ("The monitor took the value back", "Look at the chart, then discard."),
    "same_channel": ("Two sensors speak on one channel", "Ask who services the monitor."),
}


def reason_words(reason: str) -> str:
    return REASONS.get(reason, (reason.replace("_", " ").capitalize(), ""))[0]


def remedy_words(reason: str) -> str:
    return REASONS.get(reason, ("", "Look at the message."))[1]
