"""The default labels, in the bundle's order, how each corpus names them, and labels of one's own."""

from collections import Counter
from collections.abc import Sequence

LABELS = ("neutral", "happy", "sad", "angry", "surprised", "scared", "disgusted")
LABEL_INDEX = {name: index for index, name in enumerate(LABELS)}
# what the page takes (src/runtime/manifest-check.ts)
MOST_LABELS = 128

# FER+ class -> label; contempt has no label of its own and is left out of the fusion's training
FACE_LABELS = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprised",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgusted",
    "fear": "scared",
}

# calm counts as neutral, as usual for RAVDESS; contempt and boredom are left out
SPEECH_LABELS = {
    "neutral": "neutral",
    "calm": "neutral",
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "surprised": "surprised",
    "fearful": "scared",
    "disgusted": "disgusted",
}

# what corpora hold and no label stands for; any other emotion is a mistake that loading warns of
UNUSED_EMOTIONS = ("contempt", "bored")

# GoEmotions -> Ekman + neutral: the authors' mapping (Demszky et al., ACL 2020, appendix)
GOEMOTIONS_GROUPS = {
    "angry": ("anger", "annoyance", "disapproval"),
    "disgusted": ("disgust",),
    "scared": ("fear", "nervousness"),
    "happy": (
        "joy",
        "amusement",
        "approval",
        "excitement",
        "gratitude",
        "love",
        "optimism",
        "relief",
        "pride",
        "admiration",
        "desire",
        "caring",
    ),
    "sad": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprised": ("surprise", "realization", "confusion", "curiosity"),
    "neutral": ("neutral",),
}
GOEMOTIONS_LABELS = {fine: label for label, fines in GOEMOTIONS_GROUPS.items() for fine in fines}

TEXT_LABELS = {
    "meld": {
        "neutral": "neutral",
        "joy": "happy",
        "sadness": "sad",
        "anger": "angry",
        "surprise": "surprised",
        "fear": "scared",
        "disgust": "disgusted",
    },
    "isear": {
        "joy": "happy",
        "sadness": "sad",
        "anger": "angry",
        "fear": "scared",
        "disgust": "disgusted",
    },
    "dailydialog_reccon": {
        "neutral": "neutral",
        "happiness": "happy",
        "sadness": "sad",
        "anger": "angry",
        "surprise": "surprised",
        "fear": "scared",
        "disgust": "disgusted",
    },
    "dair_emotion": {
        "joy": "happy",
        "love": "happy",
        "sadness": "sad",
        "anger": "angry",
        "fear": "scared",
        "surprise": "surprised",
    },
    # anticipation and trust have no label of their own, and change none beside them
    "semeval2018_ec": {
        "joy": "happy",
        "love": "happy",
        "optimism": "happy",
        "sadness": "sad",
        "pessimism": "sad",
        "anger": "angry",
        "disgust": "disgusted",
        "fear": "scared",
        "surprise": "surprised",
        "none": "neutral",
    },
}
# what composed samples are measured with; the others are tweets, most of which name their feeling
COMPOSED_TEXT = ("goemotions", "meld", "isear", "dailydialog_reccon")
# every name that a corpus gives to one of the seven
KNOWN_NAMES = {name: name for name in LABELS} | FACE_LABELS | SPEECH_LABELS | TEXT_LABELS["meld"]


def chosen_labels(words: Sequence[str]) -> tuple[str, ...]:
    """Label words as they are used, in lower case. Raises ValueError for what the page would refuse."""
    labels = tuple(word.lower() for word in words)
    if not 2 <= len(labels) <= MOST_LABELS:
        raise ValueError(f"--labels names {len(labels)}: give 2 to {MOST_LABELS}")
    if broken := [label for label in labels if not label.isalpha()]:
        raise ValueError(
            f"--labels: {', '.join(map(repr, broken))} is not one word of letters; choose others"
        )
    if twice := [label for label, count in Counter(labels).items() if count > 1]:
        raise ValueError(f"--labels names {', '.join(twice)} more than once: give each label once")
    return labels


def label_names(labels: Sequence[str]) -> dict[str, str]:
    """What `labels.csv` may call each of the labels: its own name, or a corpus' for it."""
    return {name: of for name, of in KNOWN_NAMES.items() if of in labels} | {name: name for name in labels}
