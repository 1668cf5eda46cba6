"""The default labels, in the bundle's order, and how each corpus names them."""

LABELS = ("neutral", "happy", "sad", "angry", "surprised", "scared", "disgusted")
LABEL_INDEX = {name: index for index, name in enumerate(LABELS)}

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
