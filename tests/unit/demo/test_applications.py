"""Applications that nobody has made: their forms are what the catalogue wants, and the same ones come every time."""

import itertools
from collections import Counter

from accept.catalogue import catalogue
from accept.identity_numbers import is_credit_code, is_resident_id
from demo.applications import Fate, Item, applications
from demo.forms import fill

ITEMS = [Item(slug, item.offered_in, item.form, item.example, list(item.reasons)) for slug, item in catalogue().items()]


def test_every_form_is_filled_in_as_its_schema_wants() -> None:
    for item, number in itertools.product(ITEMS, range(40)):
        filled = fill(item.form, item.example, number)
        assert catalogue().form(item.slug).errors(filled) == [], item.slug


def test_the_same_number_gives_the_same_form_and_another_number_another_person() -> None:
    item = next(item for item in ITEMS if "resident_id" in item.example)
    forms = [fill(item.form, item.example, number) for number in (1, 1, 2)]
    assert forms[0] == forms[1]
    assert forms[0]["resident_id"] != forms[2]["resident_id"]


def test_nobody_has_such_an_identity_number() -> None:
    item = next(item for item in ITEMS if {"resident_id", "credit_code"} <= item.example.keys())
    for number in range(100):
        filled = fill(item.form, item.example, number)
        assert is_resident_id(filled["resident_id"])
        assert is_credit_code(filled["credit_code"])
        assert filled["resident_id"].startswith("440100")  # a city, no district: nobody was registered there


def test_two_hundred_applications_are_spread_over_items_cities_and_fates() -> None:
    made = list(itertools.islice(applications(ITEMS), 200))
    assert {application.item.slug for application in made} == set(catalogue())
    assert {application.tenant for application in made} >= {f"44{n:02}00" for n in (1, 3, 6, 13)} | {"440000"}
    assert all(application.tenant in application.item.offered_in for application in made)
    fates = Counter(application.fate for application in made)
    assert fates[Fate.DENIED] == 25
    assert fates[Fate.REFUSED] == 10
    assert (fates[Fate.WITHDRAWN], fates[Fate.TAKEN_BACK]) == (5, 5)
    assert any(application.walk_in for application in made)
    assert made == list(itertools.islice(applications(ITEMS), 200))
