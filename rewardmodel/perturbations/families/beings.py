"""Words for people and animals.

The figure behind a word says how usual it is in captions: one more is twice as usual. An underscore is a space.
"""

OBJECTS: dict[str, str] = {
    "adults": "man:12 woman:11 guy:7 lady:7 gentleman:3",
    "children": "boy:11 girl:11",
    "ages": "man:12 woman:11 child:10 kid:8 baby:8 guy:7 lady:7 toddler:6 infant:3",
    "workers": (
        "cowboy:5 policeman:4 clown:4 pirate:4 fireman:3 soldier:3 farmer:2 ballerina:2 chef:1 nurse:1 magician:1 waiter:0"
    ),
    "couples": "bride:5 groom:3",
    "athletes": (
        "skateboarder:7 snowboarder:7 biker:7 skier:7 surfer:6 climber:6 cyclist:5 bicyclist:5 motorcyclist:5 "
        "wrestler:5 cheerleader:4 swimmer:4 skater:4 kayaker:3 boxer:3 gymnast:3 golfer:0"
    ),
    "animals": (
        "dog:12 horse:7 bird:7 puppy:6 fish:5 duck:5 cat:5 cow:5 sheep:4 bull:4 pigeon:4 camel:4 swan:4 monkey:4 "
        "bear:4 goose:4 tiger:4 chicken:3 goat:3 seagull:3 bunny:3 elephant:3 deer:3 kitten:2 lamb:2 rabbit:2 "
        "squirrel:2 pony:2 pig:2 lion:1 fox:1 wolf:1 turtle:1 donkey:0 parrot:0 zebra:0 giraffe:0"
    ),
    "breeds": (
        "greyhound:6 poodle:5 retriever:5 terrier:4 collie:4 doberman:4 husky:3 dalmatian:3 dachshund:3 bulldog:2 "
        "labrador:2 beagle:2 rottweiler:2 pug:2 chihuahua:0"
    ),
    "flyers": "bird:7 duck:5 pigeon:4 swan:4 goose:4 seagull:3 eagle:2 butterfly:2 owl:0 parrot:0",
}

# words of one line may both be said of the same thing, or are hard to tell apart in a picture
KINS: tuple[str, ...] = (
    (
        "dog: puppy dachshund greyhound poodle collie terrier bulldog husky dalmatian retriever labrador beagle "
        "doberman rottweiler pug chihuahua wolf fox"
    ),
    "cat kitten lion tiger",
    "horse pony donkey zebra",
    "bird: duck goose swan pigeon seagull chicken parrot eagle owl",
    "duck goose swan",
    "pigeon seagull",
    "cow bull",
    "sheep lamb goat",
    "rabbit bunny",
    "monkey bear",
    "labrador retriever",
    "man guy gentleman",
    "woman lady",
    "man woman guy gentleman lady",
    "child kid toddler baby infant",
    "guy: boy kid child",
    "biker cyclist bicyclist motorcyclist",
    "skateboarder skater",
    "boxer wrestler",
    "eagle owl",
)
