"""Believable patients on simulated monitors. All of them are invented."""

from knai.interop.hl7v2.simulator.course import DoseCourse, Infusion, standard_course
from knai.interop.hl7v2.simulator.messages import Chair, build_dense, build_message
from knai.interop.hl7v2.simulator.patient import Crossing, SimulatedPatient
from knai.interop.hl7v2.simulator.scripts import SCRIPTS, Crisis, Script
from knai.interop.hl7v2.simulator.send import Feed, SendReport, pump, send
from knai.interop.hl7v2.simulator.ward import four_chairs

__all__ = [
    "SCRIPTS",
    "Chair",
    "Crisis",
    "Crossing",
    "DoseCourse",
    "Feed",
    "Infusion",
    "Script",
    "SendReport",
    "SimulatedPatient",
    "build_dense",
    "build_message",
    "four_chairs",
    "pump",
    "send",
    "standard_course",
]
