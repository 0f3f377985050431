"""Words for how things look: colours, materials, patterns, sizes and states.

The figure behind a word says how usual it is in captions: one more is twice as usual. An underscore is a space.
"""

ATTRIBUTES: dict[str, str] = {
    "colours": (
        "white:11 black:11 brown:10 red:10 blue:10 green:9 yellow:9 orange:8 pink:8 tan:7 purple:7 grey:7 gray:6 "
        "golden:6 silver:5 beige:5 turquoise:3 maroon:2"
    ),
    "fur": "white:11 black:11 brown:10 tan:7 grey:7 gray:6 golden:6 spotted:4",
    "hair": "white:11 black:11 brown:10 red:10 blonde:6 blond:6 gray:6",
    "materials": "wooden:7 glass:7 plastic:6 metal:6 leather:5 rubber:4",
    "masonry": "wooden:7 brick:6 stone:6 metal:6 concrete:5",
    "patterns": "striped:7 plaid:5 checkered:3 floral:3 polka-dot:0",
    "sizes": "little:9 small:9 large:9 big:7 huge:6 giant:4 tiny:2",
    "heights": "short:8 tall:6",
    "lengths": "short:8 long:7",
    "ages": "young:10 old:6 elderly:5 teenage:5",
    "wetness": "wet:6 dry:5",
    "grounds": "grassy:8 snowy:8 rocky:7 sandy:6 wooded:6 muddy:5 icy:3",
    "fullness": "crowded:5 full:5 empty:4",
    "weather": "sunny:5 cloudy:3 rainy:2",
    "shapes": "round:4 square:4",
    "rooms": "outdoor:7 indoor:5",
    "moods": "happy:3 sad:0",
    "depths": "shallow:6 deep:5",
    "widths": "wide:5 narrow:3",
    "lights": "dark:7 light:6",
    "sexes": "female:6 male:6",
    "dirt": "dirty:4 clean:2",
    "hairdos": "curly:4 straight:3",
}

# words of one line may both be said of the same thing, or are hard to tell apart in a picture
KINS: tuple[str, ...] = (
    "brown tan beige golden orange maroon",
    "grey gray silver",
    "red maroon orange pink",
    "purple maroon pink",
    "blue turquoise purple",
    "green turquoise",
    "yellow golden beige tan orange",
    "white beige silver",
    "big large huge giant",
    "small little tiny",
    "blond blonde tan golden white",
    "old elderly",
    "young teenage",
    "stone concrete brick",
    "striped plaid checkered",
    "rocky: sandy wooded grassy",
    "snowy icy",
    "crowded full",
    "gray white",
    "sandy muddy",
    "gray black",
)
