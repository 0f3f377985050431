"""Grammar: the words of each claim, with articles, plurals and agreement."""

from rewardmodel.scenes.claims import Backdrop, Claim, Featured, Light, Mention, Placed, Reads, Related, Setting, Sighting
from rewardmodel.scenes.things import THINGS

Piece = tuple[str, str]

NUMBERS = ("no", "one", "two", "three", "four")
PEOPLE = frozenset({"boy", "girl", "man", "woman"})
MASSES = frozenset({"smoke", "steam", "fruit"})
FEATURE_VERBS = {"hat": "wear", "smoke": "give off", "steam": "give off"}
RELATION_WORDS = {
    "left": "to the left of",
    "right": "to the right of",
    "in front": "in front of",
    "beside": "next to",
}
PLACE_WORDS = {"left": "on the left", "right": "on the right", "middle": "in the middle"}
SETTING_WORDS = {"grass": "a meadow", "beach": "a beach", "street": "a street", "room": "a room", "snow": "a snowy field"}
THIRD_PERSON = {"be": ("is", "are"), "have": ("has", "have"), "fly": ("flies", "fly"), "give off": ("gives off", "give off")}


def wording(claim: Claim, form: str = "") -> list[Piece]:  # noqa: PLR0911 -- one for each sort of claim
    """The pieces of text that say a claim in a form, each with the field that it expresses ("" for agreement)."""
    match claim:
        case Mention():
            return _mention(claim, form)
        case Featured():
            return _featured(claim, form)
        case Placed():
            return [(PLACE_WORDS[claim.place], "place")]
        case Related():
            return [(RELATION_WORDS.get(claim.relation, claim.relation), "relation")]
        case Sighting():
            return _sighting(claim)
        case Backdrop():
            return [(claim.noun, "noun")]
        case Reads():
            return [(claim.text, "text")]
        case Light():
            return [_light(claim, form)]
        case Setting():
            return [(SETTING_WORDS[claim.setting], "setting")]


def article(word: str) -> str:
    """The indefinite article that goes before a word."""
    return "an" if word[0] in "aeiou" else "a"


def verb(stem: str, count: int) -> str:
    """A verb in the present tense."""
    one, many = THIRD_PERSON.get(stem, (stem + "s", stem))
    return one if count == 1 else many


def _mention(claim: Mention, form: str) -> list[Piece]:
    noun = _noun(claim.noun, claim.count)
    if form == "ref":
        return [("the ", ""), (noun, "noun")]
    if form not in {"", "the"}:
        return [(verb(form, claim.count), "")]
    pieces: list[Piece] = []
    if claim.size:
        pieces += [(claim.size, "size"), (" ", "")]
    if claim.colour and claim.noun not in PEOPLE:
        pieces += [(claim.colour, "colour"), (" ", "")]
    pieces.append((noun, "noun"))
    if claim.colour and claim.noun in PEOPLE:
        pieces += [(" in ", ""), (claim.colour, "colour")]
    return [*_determiner(claim, form, pieces[0][0]), *pieces, *_feature_phrase(claim)]


def _determiner(claim: Mention, form: str, following: str) -> list[Piece]:
    if form == "the":
        return [("the" if claim.count == 1 and not claim.says_one else f"the {NUMBERS[claim.count]}", "count"), (" ", "")]
    if claim.count == 1 and not claim.says_one:
        return [(article(following), "count"), (" ", "")]
    return [(NUMBERS[claim.count], "count"), (" ", "")]


def _feature_phrase(claim: Mention) -> list[Piece]:
    if claim.feature is None:
        return []
    feature = THINGS[claim.noun].feature
    if feature == "light":
        return [(" switched ", ""), ("on" if claim.feature else "off", "feature")]
    return [(" ", ""), ("with" if claim.feature else "without", "feature"), (f" {_feature_noun(feature, claim.count)}", "")]


def _feature_noun(feature: str, count: int) -> str:
    if feature in MASSES:
        return feature
    return f"{article(feature)} {feature}" if count == 1 else feature + "s"


def _featured(claim: Featured, form: str) -> list[Piece]:
    if form == "ref":
        return [("the ", ""), (_noun(claim.noun, claim.count), "noun")]
    if form == "it":
        return [("it" if claim.count == 1 else "they", "")]
    feature = THINGS[claim.noun].feature
    if feature == "light":
        return [(verb("be", claim.count) + " switched ", ""), ("on" if claim.has else "off", "has")]
    stem = verb(FEATURE_VERBS.get(feature, "have"), claim.count)
    bare = feature if claim.count == 1 or feature in MASSES else feature + "s"
    return [(stem + " ", ""), (_feature_noun(feature, claim.count) if claim.has else f"no {bare}", "has")]


def _noun(noun: str, count: int) -> str:
    return noun if count == 1 else THINGS[noun].plural


def _sighting(claim: Sighting) -> list[Piece]:
    determiner = article(claim.noun) if claim.is_there else "no"
    return [(determiner, "is_there"), (" ", ""), (claim.noun, "noun")]


def _light(claim: Light, form: str) -> Piece:
    if form == "at":
        return "at night" if claim.is_night else "by day", "is_night"
    return "night" if claim.is_night else "day", "is_night"
