"""Words for places, buildings and what stands around in them.

The figure behind a word says how usual it is in captions: one more is twice as usual. An underscore is a space.
"""

OBJECTS: dict[str, str] = {
    "waters": "pool:8 ocean:8 lake:7 river:7 fountain:6 puddle:6 pond:5 stream:5 sea:4 creek:4",
    "grounds": "water:10 grass:10 snow:9 sand:7 mud:6 leaves:6",
    "wilds": "field:9 park:8 woods:7 forest:6 desert:5 jungle:4",
    "open_grounds": "beach:9 street:9 road:8 sidewalk:7 track:7",
    "buildings": ("house:6 store:6 restaurant:5 tent:5 shop:5 school:4 stadium:4 church:3 barn:3 castle:2 garage:2 cabin:2"),
    "rooms": "gym:5 kitchen:5 bathroom:3 office:3 garage:2 bedroom:1 classroom:1",
    "slopes": "slide:7 ramp:7 stairs:6 ladder:4 escalator:0",
    "ways": "beach:9 street:9 sidewalk:7 track:7 trail:6 bridge:6 dock:5",
    "barriers": "wall:8 fence:7 railing:6 gate:4 hedge:1",
    "crossings": "bridge:6 tunnel:5",
}

SMALL: dict[str, str] = {
    "plants": "rock:9 tree:8 flower:6 log:5 statue:5 bush:4 stump:4 boulder:3",
    "street_things": (
        "tree:8 bench:8 fence:7 sign:7 pole:7 fountain:6 statue:5 lamppost:0 fire_hydrant:0 trash_can:0 mailbox:0 traffic_light:0"
    ),
    "far_things": "mountain:8 tree:8 building:8 fence:7 house:6 waterfall:5 cloud:4 rainbow:3 lighthouse:2 windmill:0",
    "decorations": "flower:6 flag:6 bubble:6 balloon:5 ribbon:4 candle:4 banner:3 feather:3",
}

# words of one line may both be said of the same thing, or are hard to tell apart in a picture
KINS: tuple[str, ...] = (
    "lake pond river stream creek",
    "lake pond ocean sea",
    "river stream creek",
    "pool puddle fountain pond",
    "sand mud gravel",
    "snow water",
    "street road sidewalk track trail",
    "forest woods park jungle",
    "house cabin",
    "store shop",
    "tent cabin",
    "kitchen office",
    "office classroom",
    "street road sidewalk",
    "dock bridge",
    "beach sand desert",
    "beach water ocean sea",
    "snow ice",
    "ramp slide",
    "hill cliff dune",
    "stairs escalator ladder",
    "wall fence railing",
    "fence gate railing hedge",
    "rock boulder",
    "log tree stump",
    "bush tree hedge",
    "flower bush",
    "tree forest woods",
    "building: house cabin church store shop restaurant school barn castle garage stadium",
    "mountain hill cliff",
    "pole sign lamppost",
    "bubble balloon",
    "building lighthouse windmill",
    "flag banner ribbon",
    "bench log",
    "garage barn",
    "stadium school",
    "gym stadium",
    "park street road",
    "park field jungle",
    "jungle forest woods",
)
