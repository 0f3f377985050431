"""Words for things: what is worn, carried, ridden, eaten, played with and sat on.

The figure behind a word says how usual it is in captions: one more is twice as usual. An underscore is a space.
"""

OBJECTS: dict[str, str] = {
    "tops": (
        "shirt:10 jacket:8 dress:7 uniform:7 coat:7 suit:7 t-shirt:6 costume:6 jersey:6 vest:6 sweater:6 sweatshirt:5 "
        "hoodie:4 robe:4 tuxedo:3 kimono:2"
    ),
    "bottoms": "shorts:7 pants:7 jeans:7 skirt:6 overalls:4 trousers:1",
    "ridden": (
        "bike:9 skateboard:8 bicycle:8 horse:7 motorcycle:7 surfboard:6 snowboard:6 scooter:5 unicycle:5 motorbike:4 "
        "camel:4 tricycle:4 elephant:3"
    ),
    "road": (
        "car:8 train:6 truck:5 bus:5 shopping_cart:5 jeep:5 van:4 tractor:2 ambulance:2 taxi:1 police_car:1 "
        "fire_truck:0 golf_cart:0"
    ),
    "boats": "boat:7 raft:5 canoe:5 kayak:5 rowboat:3 sailboat:2",
    "boards": "skateboard:8 surfboard:6 sled:6 snowboard:6 skis:5",
    "air": "kite:5 parachute:4 airplane:3 plane:3 helicopter:3 hot_air_balloon:2",
    "balls": "basketball:7 baseball:7 tennis_ball:7 soccer_ball:7 volleyball:5 beach_ball:2 bowling_ball:0",
    "games": (
        "soccer:8 football:8 tennis:8 basketball:7 baseball:7 hockey:7 volleyball:5 rugby:5 cricket:5 softball:4 "
        "golf:3 badminton:3 lacrosse:2"
    ),
    "toys": "ball:10 stick:8 frisbee:7 rope:7 branch:5 balloon:5 hula_hoop:4 disc:3 bone:3",
    "instruments": "guitar:6 drum:4 violin:4 flute:3 accordion:3 trumpet:2 piano:2 saxophone:2 banjo:1 cello:0 harp:0",
    "seats": "swing:8 bench:8 chair:6 bed:6 couch:5 sofa:3 stool:3 hammock:0 armchair:0",
    "dishes": (
        "cake:3 apple:3 ice_cream_cone:3 cookie:3 pizza:2 hamburger:2 donut:2 banana:2 hot_dog:2 lollipop:1 sandwich:0 popsicle:0"
    ),
    "drinks": "water:10 beer:5 coffee:4 soda:3 wine:3 juice:2 milk:2",
}

SMALL: dict[str, str] = {
    "headwear": "hat:8 helmet:8 cap:7 headband:4 bandanna:4 headscarf:4 hood:3 wig:3 crown:3 turban:2 beanie:2",
    "eyewear": "sunglasses:7 glasses:6 mask:5 goggles:5",
    "neckwear": "scarf:5 tie:4 necklace:4 bow_tie:0",
    "footwear": "shoes:5 skis:5 boots:5 skates:4 sneakers:3 sandals:3 flip-flops:1",
    "waist": "backpack:7 cape:4 apron:3 belt:3",
    "bags": "backpack:7 bag:7 purse:5 basket:4 suitcase:2 briefcase:0",
    "held": (
        "camera:8 bag:7 flag:6 umbrella:6 cellphone:6 cigarette:5 book:5 bottle:5 cup:5 microphone:5 phone:5 purse:5 "
        "newspaper:5 shovel:4 magazine:3 broom:3 sword:3 camcorder:2 map:1 hammer:1 flashlight:1"
    ),
    "vessels": "bottle:5 cup:5 bucket:5 plate:5 bowl:4 mug:2 vase:1",
    "dog_gear": "collar:7 leash:6 harness:5 muzzle:5",
    "rackets": "bat:5 racket:5 racquet:3 hockey_stick:2 golf_club:1",
    "small_toys": "ball:10 stick:8 frisbee:7 rope:7 balloon:5 bone:3 doll:2 teddy_bear:2",
    "bodyparts": "beard:5 mohawk:4 tattoo:4 ponytail:3 mustache:3",
    "light": "candle:4 lamp:2 lantern:1",
}

# words of one line may both be said of the same thing, or are hard to tell apart in a picture
KINS: tuple[str, ...] = (
    "shirt t-shirt jersey sweater sweatshirt hoodie uniform",
    "jacket coat sweatshirt hoodie sweater",
    "suit tuxedo uniform costume jacket coat",
    "costume dress robe kimono suit uniform",
    "vest jersey jacket",
    "pants jeans trousers overalls",
    "bike bicycle motorcycle motorbike scooter",
    "bicycle unicycle tricycle",
    "car taxi van jeep police_car",
    "truck fire_truck jeep van",
    "fire_truck police_car ambulance",
    "golf_cart car",
    "boat canoe kayak raft sailboat rowboat",
    "canoe kayak rowboat raft",
    "airplane plane",
    "soccer football rugby",
    "baseball softball",
    "soccer_ball football",
    "hula_hoop frisbee disc",
    "frisbee disc",
    "stick branch",
    "couch sofa",
    "chair armchair stool",
    "hat cap beanie",
    "hood beanie bandanna headscarf turban headband hat",
    "glasses sunglasses goggles",
    "shoes sneakers boots skates",
    "sandals flip-flops",
    "skis skates boots",
    "bag purse backpack suitcase basket briefcase",
    "backpack cape",
    "camera camcorder",
    "book magazine newspaper map",
    "cellphone phone",
    "cup mug bowl",
    "bottle vase bucket",
    "racket racquet",
    "bat hockey_stick",
    "leash harness",
    "collar harness",
    "ball balloon",
    "lamp lantern",
    "hot_air_balloon kite balloon parachute",
    "collar leash",
    "violin cello",
    "guitar banjo",
    "horse camel elephant",
    "skis sled snowboard",
    "doll teddy_bear",
    "soda juice water",
    "hamburger sandwich",
    "beard mustache",
    "mohawk ponytail wig",
)
