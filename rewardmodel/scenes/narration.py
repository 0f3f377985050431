"""Narration: which true things to say about a scene, and in which of many ways."""

from dataclasses import dataclass, field, replace
from random import Random

from rewardmodel.scenes.captions import Caption, Sentence, caption_of
from rewardmodel.scenes.claims import (
    PLACES,
    RELATIONS,
    Backdrop,
    Featured,
    Light,
    Mention,
    Placed,
    Reads,
    Related,
    Setting,
    Sighting,
    is_placed,
    is_related,
)
from rewardmodel.scenes.grammar import PEOPLE
from rewardmodel.scenes.layout import Group, Scene
from rewardmodel.scenes.things import BACKDROP, SKIES, THINGS, family, nouns_of

ANIMALS = frozenset({"dog", "cat", "horse", "cow", "duck", "rabbit", "bird"})
VEHICLES = frozenset({"car", "bus", "truck", "train", "bicycle"})
STANDING = frozenset({"house", "tree", "umbrella", "flower", "lamp", "sign"})
ITEMS = frozenset({"cup", "book", "cake", "apple", "hat"})
SITES = {
    "grass": ("on the grass", "in the meadow"),
    "beach": ("on the sand", "on the beach"),
    "street": ("on the street",),
    "room": ("on the floor", "in the room"),
    "snow": ("in the snow",),
}
RELATION_FRAMES = (
    "{a} {a:be} {r} {b}",
    "{a} {a:VERB} {r} {b}",
    "{a} {a:VERB} {r} {b:the}",
    "there {a:be} {a} {r} {b}",
    "{r} {b} there {a:be} {a}",
)
SITE_FRAMES = (
    "{a} {a:VERB} SITE",
    "there {a:be} {a} SITE",
    "{a} {a:be} SITE",
    "SITE there {a:be} {a}",
    "the picture shows {a} SITE",
)
PLACE_FRAMES = (
    "{p} there {a:be} {a}",
    "there {a:be} {a} {p}",
    "{a} {a:VERB} {p}",
    "{a} {a:be} {p} of the picture",
    "{p} of the picture {a:be} {a}",
)
SMALL_FRAMES = ("there is a TINY {s} WHERE", "a TINY {s} is WHERE", "WHERE there is a TINY {s}", "a TINY {s} can be seen WHERE")
SIGN_FRAMES = ('{a} {a:read} "{t}"', '{a} {a:say} "{t}"', 'there {a:be} {a} that reads "{t}"', '{a} {a:show} the word "{t}"')
SIGHTING_FRAMES = ("there is {s} in the picture", "there is {s} to be seen", "{s} can be seen", "the picture shows {s}")
LIGHT_FRAMES = ("it is {l}", "the picture shows {p} {l:at}", "this is {p} {l:at}", "it is {l} in the picture")


@dataclass(slots=True)
class Narrator:
    """Collects sentences. `told` holds the nouns that have been mentioned or kept back for a sighting."""

    scene: Scene
    rng: Random
    sentences: list[Sentence] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def untold(self) -> list[Group]:
        """Groups that nothing has been said about, in random order; the sign has sentences of its own."""
        groups = [group for group in self.scene.groups if group.noun not in self.told and group.noun != "sign"]
        return self.rng.sample(groups, k=len(groups))

    def say(
        self, frame: str, **claims: Mention | Featured | Placed | Related | Sighting | Backdrop | Reads | Light | Setting
    ) -> None:
        """Add a sentence."""
        self.sentences.append(Sentence(frame, tuple(claims.items())))

    def mention(self, group: Group) -> Mention:
        """Introduce a group, with some of what there is to say about it."""
        self.told.add(group.noun)
        rng = self.rng
        return Mention(
            noun=group.noun,
            count=group.count,
            colour=group.colour if rng.random() < 0.8 else "",
            size=group.size if rng.random() < 0.5 else "",
            feature=group.feature if rng.random() < 0.3 else None,
            says_one=group.count == 1 and rng.random() < 0.2,
        )


def describe(scene: Scene, seed: int) -> Caption:
    """A caption of one to four sentences, all of it true. The seed chooses what is said and how."""
    narrator = Narrator(scene, Random(scene.seed * 1_000_003 + seed))
    rng = narrator.rng
    sighting = _sighting(narrator) if rng.random() < 0.42 else None
    if rng.random() < 0.8:
        _tell_relation(narrator)
    if not narrator.sentences or rng.random() < 0.5:
        _tell_group(narrator)
    extras = [_tell_sign] * (rng.random() < 0.9) + [_tell_small] * (rng.random() < 0.68)
    extras += [_tell_light] * (scene.is_outdoors and rng.random() < 0.33) + [_tell_feature] * (rng.random() < 0.3)
    rng.shuffle(extras)
    for tell in extras[: 4 - len(narrator.sentences) - (sighting is not None)]:
        tell(narrator)
    if sighting or not narrator.sentences:
        narrator.say(rng.choice(SIGHTING_FRAMES), s=sighting or _sighting(narrator))
    return caption_of(_shuffled(narrator))


def _shuffled(narrator: Narrator) -> list[Sentence]:
    """The sentences in any order in which "it" and "the dog" still follow their mention; two of three or more may be joined."""
    rng = narrator.rng
    free = [sentence for sentence in narrator.sentences if not _referent(sentence)]
    rng.shuffle(free)
    if len(free) > 1 and len(narrator.sentences) > 2 and rng.random() < 0.3:
        first = rng.randrange(len(free) - 1)
        free[first] = replace(free[first], is_joined=True)
    for sentence in narrator.sentences:
        noun = _referent(sentence)
        if noun:
            place = next(
                n for n, other in enumerate(free) if any(isinstance(c, Mention) and c.noun == noun for _, c in other.claims)
            )
            free.insert(place + 1, replace(sentence, is_joined=free[place].is_joined))
            free[place] = replace(free[place], is_joined=False)
    return free


def _referent(sentence: Sentence) -> str:
    """The noun that another sentence has to introduce first, if any."""
    claims = [claim for _, claim in sentence.claims]
    if any(isinstance(claim, Mention) for claim in claims):
        return ""
    return next(
        (claim.noun if isinstance(claim, Featured) else "sign" for claim in claims if isinstance(claim, Featured | Reads)), ""
    )


def _tell_relation(narrator: Narrator) -> None:
    groups = [group for group in narrator.scene.groups if group.noun not in narrator.told]
    found = [(a, r, b) for a in groups for b in groups if a is not b for r in RELATIONS if is_related(a, r, b)]
    if not found:
        return
    resting = [triple for triple in found if triple[1] in {"on", "under"}]
    near = [triple for triple in found if triple[1] not in {"left", "right"}]
    pool = resting if resting and narrator.rng.random() < 0.5 else near if near and narrator.rng.random() < 0.12 else found
    a, relation, b = narrator.rng.choice(pool)
    frame = narrator.rng.choice(RELATION_FRAMES).replace("VERB", _verb(narrator, a))
    mentions = narrator.mention(a), narrator.mention(b)
    other = replace(mentions[1], says_one=False) if "{b:the}" in frame else mentions[1]
    narrator.say(frame, a=mentions[0], r=Related(a.noun, relation, b.noun), b=other)


def _tell_group(narrator: Narrator) -> None:
    groups = [group for group in narrator.untold() if not group.rests or any(is_placed(group.hull, place) for place in PLACES)]
    for group in groups[:1]:
        places = [place for place in PLACES if is_placed(group.hull, place)]
        verb = _verb(narrator, group)
        mention = narrator.mention(group)
        if places and (group.rests or narrator.rng.random() < 0.5):
            frame = narrator.rng.choice(PLACE_FRAMES).replace("VERB", verb)
            narrator.say(frame, p=Placed(group.noun, places[0]), a=mention)
        else:
            site = _site(narrator, group)
            narrator.say(narrator.rng.choice(SITE_FRAMES).replace("VERB", verb).replace("SITE", site), a=mention)


def _tell_sign(narrator: Narrator) -> None:
    sign = narrator.scene.group("sign")
    if sign is None:
        return
    if "sign" in narrator.told:
        narrator.say(narrator.rng.choice(('the sign reads "{t}"', 'the sign says "{t}"')), t=Reads(sign.text))
    else:
        narrator.say(narrator.rng.choice(SIGN_FRAMES), a=narrator.mention(sign), t=Reads(sign.text))


def _tell_small(narrator: Narrator) -> None:
    smalls = [small for small in narrator.scene.smalls if small.noun not in narrator.told]
    if not smalls:
        return
    small = narrator.rng.choice(smalls)
    narrator.told.add(small.noun)
    site = narrator.rng.choice(SITES[narrator.scene.setting])
    where = {"sky": "in the sky", "wall": "on the wall", "distance": "in the distance", "ground": site}[small.where]
    frame = narrator.rng.choice(SMALL_FRAMES).replace("WHERE", where).replace("TINY", narrator.rng.choice(("tiny", "little")))
    narrator.say(frame, s=Backdrop(small.noun, small.where))


def _tell_light(narrator: Narrator) -> None:
    scene = narrator.scene
    frame = narrator.rng.choice(LIGHT_FRAMES)
    claims = {"p": Setting(scene.setting)} if "{p}" in frame else {}
    narrator.say(frame, **claims, l=Light(scene.is_night))


def _tell_feature(narrator: Narrator) -> None:
    """A sentence of its own on what a group has or lacks, after its mention."""
    mentions = [claim for sentence in narrator.sentences for _, claim in sentence.claims if isinstance(claim, Mention)]
    last = narrator.sentences[-1].claims if narrator.sentences else ()
    able = [mention for mention in mentions if mention.feature is None and THINGS[mention.noun].feature]
    if able:
        mention = narrator.rng.choice(able)
        group = narrator.scene.group(mention.noun)
        is_alone = sum(isinstance(claim, Mention) for _, claim in last) == 1 and mention in dict(last).values()
        frame = "{f:it} {f}" if is_alone and narrator.rng.random() < 0.7 else "{f:ref} {f}"
        narrator.say(frame, f=Featured(mention.noun, mention.count, has=bool(group and group.feature)))


def _sighting(narrator: Narrator) -> Sighting:
    """A noun that is there, said nowhere else, or one that might be but is not."""
    scene, rng = narrator.scene, narrator.rng
    present = [group.noun for group in narrator.untold() if group.count == 1 and not _is_resting(scene, group)]
    if rng.random() < 0.3:
        present = [small.noun for small in scene.smalls if small.noun != "picture"]
    if present and rng.random() < 0.55:
        noun = rng.choice(present)
        narrator.told.add(noun)
        return Sighting(noun, is_there=True)
    if rng.random() < 0.3:
        pool = [noun for nouns in BACKDROP[scene.setting].values() for noun in nouns]
        pool += SKIES[scene.is_night] if scene.is_outdoors else ()
    else:
        pool = list(nouns_of(scene.setting))
    noun = rng.choice([noun for noun in pool if noun != "picture" and not scene.shows(noun)])
    return Sighting(noun, is_there=False)


def _is_resting(scene: Scene, group: Group) -> bool:
    return bool(group.rests) or any(other.base == group.noun for other in scene.groups)


def _verb(narrator: Narrator, group: Group) -> str:
    by_zone = {"sky": "fly", "sea": "float", "wall": "hang"}
    if group.zone in by_zone:
        return by_zone[group.zone]
    if group.noun in ANIMALS:
        return "sit" if group.rests else narrator.rng.choice(("stand", "sit"))
    if group.noun in PEOPLE or group.noun in VEHICLES:
        return narrator.rng.choice(("stand", "wait"))
    is_mixed = any(noun in STANDING for noun in family(narrator.scene.setting, group.noun))
    return "stand" if group.noun in STANDING and is_mixed and not group.rests else "lie" if group.noun in ITEMS else "be"


def _site(narrator: Narrator, group: Group) -> str:
    fixed = {"sky": "in the sky", "sea": "on the water", "wall": "on the wall"}
    return fixed.get(group.zone) or narrator.rng.choice(SITES[narrator.scene.setting])
