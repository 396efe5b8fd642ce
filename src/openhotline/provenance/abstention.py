"""Why the pixels of a picture are not judged: reasons with a code and a sentence, for the panel and the record.

Each was seen to make learned detectors err. Abstaining silences them, never another family.
"""

from __future__ import annotations

ABSTENTIONS = {
    "too_small": "The shorter side has less than 224 pixels: too few for a detector.",
    "several_frames": "The picture moves, and only its first frame was decoded.",
    "vector_drawing": "It is a vector drawing; detectors are made for photographs.",
    "grey": "It has no colours, on which detectors rely.",
    "heavily_compressed": "It is compressed so much that traces of its making are gone.",
    "no_texture": "It is an even area or a graphic; detectors are made for photographs.",
    "unstable": "A detector's score changed when the picture was saved again or made smaller.",
    "detectors_disagree": "Two detectors differ by more than a power of ten.",
    "not_calibrated": "A detector has not been calibrated, so its score has no weight.",
    "calibration_supports_no_weight": "The sample that a detector was calibrated on supports no weight.",
    "could_not_be_run": "A detector's model could not be run on it.",
    "not_decoded": "The picture could not be decoded, so there are no pixels to judge.",
}
