"""Reading: the claims of a text in the picture book's language, and which of them are false of a scene.

The inverse of `captions.caption_of`, for texts that a model wrote: every sentence is matched with the frames of `narration`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rewardmodel.scenes import narration
from rewardmodel.scenes.captions import HOLE
from rewardmodel.scenes.claims import Backdrop, Claim, Featured, Light, Mention, Placed, Reads, Related, Setting, Sighting
from rewardmodel.scenes.grammar import FEATURE_VERBS, NUMBERS, PLACE_WORDS, RELATION_WORDS, SETTING_WORDS, THIRD_PERSON
from rewardmodel.scenes.layout import Scene
from rewardmodel.scenes.things import BRIGHT, SMALLS, THINGS

STOP = re.compile(r"[.!?]+(?:\s+|$)|, and ")  # where a sentence ends, or is joined to the next one


@dataclass(frozen=True, slots=True)
class Sited:
    """Where a group stands, flies, floats or hangs, which frames say without a claim: a zone, on the ground a setting too."""

    noun: str
    zone: str
    setting: str

    def is_true(self, scene: Scene) -> bool:
        """Whether it is there, and not on or under something else."""
        group = scene.group(self.noun)
        return group is not None and not group.rests and group.zone == self.zone and self.setting in {"", scene.setting}


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, `[start, end)` of the text. `claims` is None where it isn't in the picture book's language."""

    start: int
    end: int
    claims: tuple[Claim | Sited, ...] | None

    def error_count(self, scene: Scene) -> int:
        """How many of its claims are false of the scene; one error where it can't be read."""
        return 1 if self.claims is None else sum(not claim.is_true(scene) for claim in self.claims)


def error_count(scene: Scene, text: str) -> int:
    """The false claims of a text about a scene, and its sentences that can't be read."""
    return sum(statement.error_count(scene) for statement in read(text))


def read(text: str) -> list[Statement]:
    """The sentences of a text with their claims.

    What is checked: nouns, numbers, colours, sizes, features, places, relations, sites, signs, light, setting, and what is said
    not to be there. What is not: which verb a thing is given, and agreement.
    """
    statements: list[Statement] = []
    told = _Told()
    start = 0
    for stop in [*(match.span() for match in STOP.finditer(text)), (len(text), len(text))]:
        sentence = text[start : stop[0]]
        if sentence.strip():
            statements.append(Statement(start, stop[0], _claims(sentence.strip(), told)))
        start = stop[1]
    return statements


@dataclass(slots=True)
class _Told:
    """What "it" and "the dogs" speak of: how many there are of each noun so far, and the noun that came last."""

    counts: dict[str, int] = field(default_factory=dict)
    last: str = ""


Found = dict[str, str | None]
Builder = Callable[[Found, _Told], tuple[Claim | Sited, ...] | None]


def _claims(sentence: str, told: _Told) -> tuple[Claim | Sited, ...] | None:
    sentence = sentence[0].lower() + sentence[1:]
    for pattern, build in _FRAMES:
        match = pattern.fullmatch(sentence)
        claims = build(match.groupdict(), told) if match else None
        if claims is not None:
            for claim in claims:
                if isinstance(claim, Mention):
                    told.counts[claim.noun] = claim.count
                    told.last = claim.noun
            return claims
    return None


def _any(words: Iterator[str] | list[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


NOUNS = {form: noun for noun, thing in THINGS.items() for form in (noun, thing.plural)} | {noun: noun for noun in SMALLS}
FEATURES = {form: thing.feature for thing in THINGS.values() if thing.feature for form in (thing.feature, thing.feature + "s")}
ALL_NOUNS = NOUNS | {feature: feature for feature in FEATURES.values()}
COUNTS = {word: count for count, word in enumerate(NUMBERS)} | {"a": 1, "an": 1}
RELATIONS = {words: relation for relation, words in RELATION_WORDS.items()} | {
    relation: relation for relation in ("above", "below", "behind", "on", "under")
}
PLACES = {words: place for place, words in PLACE_WORDS.items()}
SETTINGS = {words: setting for setting, words in SETTING_WORDS.items()}
ZONES = {"in the sky": "sky", "on the water": "sea", "on the wall": "wall"}
GROUNDS = {words: setting for setting, sites in narration.SITES.items() for words in sites}

_COLOURS = _any(list(BRIGHT))
_STEMS = ["be", "have", "float", "hang", "sit", "stand", "wait", "lie", "fly", "read", "say", "show"]
_VERB = f"(?:{_any([form for stem in _STEMS for form in THIRD_PERSON.get(stem, (stem + 's', stem))])})"
_FEATURE = f"(?:an? )?(?:{_any(list(FEATURES))})"
_TOKENS = {
    "TINY": "(?:tiny|little)",
    "SITE": f"(?P<site>{_any([*GROUNDS, *ZONES])})",
    "WHERE": f"(?P<site>{_any([*GROUNDS, *ZONES, 'in the distance'])})",
}


def _mention_pattern(name: str, determiner: str) -> str:
    return (
        rf"(?P<{name}_count>{determiner}) (?:(?P<{name}_size>big|small) )?(?:(?P<{name}_colour>{_COLOURS}) )?"
        rf"(?P<{name}_noun>{_any(list(NOUNS))})(?: in (?P<{name}_worn>{_COLOURS}))?"
        rf"(?: switched (?P<{name}_light>on|off)| (?P<{name}_with>with|without) (?P<{name}_feature>{_FEATURE}))?"
    )


_SOME, _THE = _any(list(COUNTS)), f"the(?: (?:{_any(list(NUMBERS))}))?"


def _frame(frame: str, **holes: str) -> re.Pattern[str]:
    """The pattern of a frame; mentions, verbs and sites are filled in, other holes by name."""
    pieces, end = [], 0
    for hole in HOLE.finditer(frame):
        pieces.append(_plain(frame[end : hole.start()]))
        name, form = hole.groups()
        if name in holes:
            pieces.append(holes[name])
        elif form in {None, "the"}:
            pieces.append(_mention_pattern(name, _THE if form else _SOME))
        else:
            pieces.append(_VERB)
        end = hole.end()
    return re.compile("".join([*pieces, _plain(frame[end:])]))


def _plain(text: str) -> str:
    pattern = re.escape(text)
    for token, own in _TOKENS.items():
        pattern = pattern.replace(token, own)
    return pattern


def _mention(found: Found, name: str) -> Mention | None:
    noun = NOUNS[found[f"{name}_noun"] or ""]
    *_, number = (found[f"{name}_count"] or "").split()
    if number == "the" and found[f"{name}_noun"] != noun:
        return None  # "the dogs" where no dogs were told of
    feature, said = None, found[f"{name}_feature"]
    if said or found[f"{name}_light"]:
        bare = FEATURES[said.split()[-1]] if said else "light"
        if noun not in THINGS or THINGS[noun].feature != bare:
            return None  # a cow has no hat
        feature = found[f"{name}_with"] == "with" or found[f"{name}_light"] == "on"
    colour = found[f"{name}_colour"] or found[f"{name}_worn"] or ""
    return Mention(noun, COUNTS.get(number, 1), colour, found[f"{name}_size"] or "", feature)


def _of_site(noun: str, site: str) -> Sited:
    return Sited(noun, ZONES.get(site, "ground"), GROUNDS.get(site, ""))


def _relation(found: Found, _: _Told) -> tuple[Claim | Sited, ...] | None:
    one, two = _mention(found, "a"), _mention(found, "b")
    if one is None or two is None:
        return None
    return one, Related(one.noun, RELATIONS[found["relation"] or ""], two.noun), two


def _site(found: Found, _: _Told) -> tuple[Claim | Sited, ...] | None:
    one = _mention(found, "a")
    return (one, _of_site(one.noun, found["site"] or "")) if one else None


def _place(found: Found, _: _Told) -> tuple[Claim | Sited, ...] | None:
    one = _mention(found, "a")
    return (Placed(one.noun, PLACES[found["place"] or ""]), one) if one else None


def _small(found: Found, _: _Told) -> tuple[Claim | Sited, ...]:
    site = found["site"] or ""
    where = {"in the sky": "sky", "on the wall": "wall", "in the distance": "distance"}.get(site, "ground")
    small = Backdrop(found["noun"] or "", where)
    return (small, Setting(GROUNDS[site])) if site in GROUNDS else (small,)


def _sign(found: Found, _: _Told) -> tuple[Claim | Sited, ...] | None:
    one = _mention(found, "a")
    return (one, Reads(found["text"] or "")) if one and one.noun == "sign" else None


def _that_sign(found: Found, told: _Told) -> tuple[Claim | Sited, ...] | None:
    return (Reads(found["text"] or ""),) if "sign" in told.counts else None


def _sighting(found: Found, _: _Told) -> tuple[Claim | Sited, ...]:
    return (Sighting(found["noun"] or "", is_there=found["no"] != "no"),)


def _light(found: Found, _: _Told) -> tuple[Claim | Sited, ...]:
    light = Light(is_night="night" in (found["light"] or ""))
    return (Setting(SETTINGS[found["setting"] or ""]), light) if found.get("setting") else (light,)


def _featured(found: Found, told: _Told) -> tuple[Claim | Sited, ...] | None:
    noun = NOUNS[found["noun"] or ""] if found["noun"] else told.last
    thing, said = THINGS.get(noun), found["feature"]
    if thing is None or noun not in told.counts:
        return None
    bare = FEATURES[said.split()[-1]] if said else "light"
    if bare != thing.feature or (said and found["verb"] not in _forms(FEATURE_VERBS.get(bare, "have"))):
        return None
    has = not said.startswith("no ") if said else found["lit"] == "on"
    return (Featured(noun, told.counts[noun], has),)


def _forms(stem: str) -> tuple[str, str]:
    return THIRD_PERSON.get(stem, (stem + "s", stem))


def _frames() -> Iterator[tuple[re.Pattern[str], Builder]]:
    quoted = {"t": '(?P<text>[^"]*)'}
    one_place, relation = {"p": f"(?P<place>{_any(list(PLACES))})"}, {"r": f"(?P<relation>{_any(list(RELATIONS))})"}
    for frame in narration.RELATION_FRAMES:
        yield _frame(frame, **relation), _relation
    for frame in narration.SITE_FRAMES:
        yield _frame(frame), _site
    for frame in narration.PLACE_FRAMES:
        yield _frame(frame, **one_place), _place
    for frame in narration.SMALL_FRAMES:
        yield _frame(frame, s=f"(?P<noun>{_any(list(SMALLS))})"), _small
    for frame in narration.SIGN_FRAMES:
        yield _frame(frame, **quoted), _sign
    yield _frame('the sign reads "{t}"', **quoted), _that_sign
    yield _frame('the sign says "{t}"', **quoted), _that_sign
    for frame in narration.SIGHTING_FRAMES:
        yield _frame(frame, s=f"(?P<no>an?|no) (?P<noun>{_any(list(ALL_NOUNS))})"), _sighting
    light = {"p": f"(?P<setting>{_any(list(SETTINGS))})", "l": "(?P<light>at night|by day|night|day)"}
    for frame in narration.LIGHT_FRAMES:
        yield _frame(frame, **light), _light
    verbs = _any([form for stem in ("have", *FEATURE_VERBS.values()) for form in _forms(stem)])
    has = rf"(?P<verb>{verbs}) (?P<feature>(?:no |an? )?(?:{_any(list(FEATURES))}))|(?:is|are) switched (?P<lit>on|off)"
    yield (
        re.compile(rf"(?:it|they|the (?P<noun>{_any(list(THINGS) + [thing.plural for thing in THINGS.values()])})) (?:{has})"),
        _featured,
    )


_FRAMES = tuple(_frames())
