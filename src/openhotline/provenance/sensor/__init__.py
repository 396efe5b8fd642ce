"""The pattern of a camera's sensor (photo-response non-uniformity, PRNU): in every picture a device makes.

``residual`` takes the scene out of a picture, ``learn`` makes a device's pattern of its frames, ``sensor_evidence`` says
what a picture's comparison with devices is worth, ``group_by_sensor`` and ``compare_groups`` link pictures and reports
whose device nobody has. A match speaks for a camera and for one camera; no match says nothing at all.
"""

from openhotline.provenance.sensor.correlation import PeakToCorrelation
from openhotline.provenance.sensor.false_alarms import false_alarm_rate
from openhotline.provenance.sensor.groups import (
    MOST_PICTURES,
    Link,
    SensorGroups,
    compare_groups,
    group_by_sensor,
    without_repeats,
)
from openhotline.provenance.sensor.learning import Frame, learn
from openhotline.provenance.sensor.matching import (
    HINT,
    MATCH,
    NO_MATCH,
    NOT_COMPARED,
    SensorFinding,
    evidence_of,
    findings_of,
    outcome_of,
    peak_to_correlation,
    sensor_evidence,
    sensor_findings,
)
from openhotline.provenance.sensor.pattern import FrameDigest, SensorPattern, read_pattern, write_pattern
from openhotline.provenance.sensor.residuals import Trace, residual, trace
from openhotline.provenance.sensor.settings import SensorSettings, sensor_settings

__all__ = [
    "HINT",
    "MATCH",
    "MOST_PICTURES",
    "NOT_COMPARED",
    "NO_MATCH",
    "Frame",
    "FrameDigest",
    "Link",
    "PeakToCorrelation",
    "SensorFinding",
    "SensorGroups",
    "SensorPattern",
    "SensorSettings",
    "Trace",
    "compare_groups",
    "evidence_of",
    "false_alarm_rate",
    "findings_of",
    "group_by_sensor",
    "learn",
    "outcome_of",
    "peak_to_correlation",
    "read_pattern",
    "residual",
    "sensor_evidence",
    "sensor_findings",
    "sensor_settings",
    "trace",
    "without_repeats",
    "write_pattern",
]
