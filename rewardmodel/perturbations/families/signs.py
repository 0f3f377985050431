"""What signs, shirts and vehicles read."""

from rewardmodel.perturbations.families.lists import listed

SIGNS = (
    "STOP", "OPEN", "CLOSED", "EXIT", "SALE", "YIELD", "CAUTION", "WELCOME", "PARKING", "TAXI", "POLICE", "HOTEL",
    "PIZZA", "COFFEE", "BAKERY", "NO ENTRY", "ONE WAY", "DO NOT ENTER", "PUSH", "PULL", "FREE", "PEACE", "LOVE", "VOTE",
    "KEEP OUT", "BEWARE", "DANGER", "MARKET", "LIBRARY", "SCHOOL", "FOR RENT", "FINISH", "START", "HELP", "DETOUR",
    "SLOW",
)  # fmt: skip
SHIRTS = (
    "COACH", "STAFF", "PARIS", "LONDON", "TEXAS", "ITALY", "BRAZIL", "LOVE", "PEACE", "TEAM", "SECURITY", "LIFEGUARD",
    "MUSIC", "ROCK", "DANCE", "SMILE", "ARMY", "NAVY", "TIGERS", "EAGLES", "BEARS", "LIONS", "CHAMPION", "VOLUNTEER",
    "HAWAII", "BOSTON", "RELAX",
)  # fmt: skip
VEHICLES = (
    "TAXI", "POLICE", "EXPRESS", "SCHOOL BUS", "DELIVERY", "AMBULANCE", "RENTAL", "TOURS", "MARKET", "PIZZA", "FLOWERS",
)  # fmt: skip
# what may bear letters, and which
BEARERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(listed("sign banner poster wall building store shop window door fence flag billboard bus-stop"), SIGNS),
    **dict.fromkeys(
        listed("shirt t-shirt jersey sweater sweatshirt hoodie jacket hat cap vest apron uniform helmet bag backpack cup mug"),
        SHIRTS,
    ),
    **dict.fromkeys(listed("car truck bus van train boat ambulance taxi airplane"), VEHICLES),
}
SAYS = listed("reads says reading saying spells spelling")
