"""The engine: what is asked, what is kept, and what a release in mid-session does."""

import json
from functools import partial

import pytest

from core.conversation import Conversation, Meant, Talk
from core.dialogue import Ask, Choice, Do, Number, Once, Said, Story, Typed, option, play
from core.text import Text, Words

FRUIT = (option("apple", Text("Apple")), option("pear", Text("Pear")))


async def shop() -> Words:
    fruit = await Choice("fruit", Text("Which?"), FRUIT)
    count = await Number("count", Text("How many?"), digits=2)
    receipt = await Once("receipt", lambda: f"{count} {fruit}")
    return Text("Bought: {receipt}.")(receipt=receipt)


async def shop_that_asks_for_a_bag() -> Words:
    await Choice("bag", Text("A bag?"), (option("yes", Text("Yes")), option("no", Text("No"))))
    return await shop()


async def shop_without_pears() -> Words:
    fruit = await Choice("fruit", Text("Which?"), FRUIT[:1])
    return Text("{fruit}")(fruit=fruit)


async def shop_that_asks_twice() -> Words:
    await Choice("fruit", Text("Which?"), FRUIT)
    return Text("{fruit}")(fruit=await Choice("fruit", Text("Which?"), FRUIT))


def asked(turn: object) -> str:
    assert isinstance(turn, Ask | Do)
    return turn.question.name if isinstance(turn, Ask) else turn.once.name


def test_play_stops_at_the_first_question_without_an_answer() -> None:
    assert asked(play(shop, {})) == "fruit"
    assert asked(play(shop, {"fruit": "pear"})) == "count"
    assert asked(play(shop, {"fruit": "pear", "count": "12"})) == "receipt"
    end = play(shop, {"fruit": "pear", "count": "12", "receipt": "12 pear"})
    assert isinstance(end, Said)
    assert end.words == Text("Bought: {receipt}.")(receipt="12 pear")


@pytest.mark.parametrize("kept", ["plum", "", None, 2, ["pear"], {"pear": 1}])
def test_an_answer_that_is_none_of_the_options_is_asked_again(kept: object) -> None:
    assert asked(play(shop, {"fruit": kept})) == "fruit"


@pytest.mark.parametrize("kept", ["1", "123", "१२", "²³", "-1", " 1", 12, None])
def test_a_number_has_exactly_so_many_western_digits(kept: object) -> None:
    assert asked(play(shop, {"fruit": "pear", "count": kept})) == "count"


@pytest.mark.parametrize("kept", ["words", {}, {"typed": 1}, None])
def test_a_story_is_kept_as_typed_words_or_as_a_recording(kept: object) -> None:
    async def tell() -> Words:
        story = await Story("story", Text("Tell."))
        return Text("{story}")(story=story.words if isinstance(story, Typed) else story.recording)

    assert asked(play(tell, {"story": kept})) == "story"
    assert isinstance(play(tell, {"story": {"typed": "words"}}), Said)
    assert isinstance(play(tell, {"story": {"recorded": "a1b2"}}), Said)


def test_work_is_done_once_and_its_result_kept() -> None:
    done: list[str] = []

    async def work() -> Words:
        await Once("work", partial(done.append, "done"))
        await Choice("fruit", Text("Which?"), FRUIT)
        return Text("End")

    conversation = Conversation("id")
    for _ in range(3):
        Talk(work, "0612", "fresh").due(conversation)
    assert done == ["done"]
    assert conversation.answers == {"work": None}


def test_a_question_inserted_by_a_release_is_asked_and_all_answers_stand() -> None:
    answers = {"fruit": "pear", "count": "12"}
    assert asked(play(shop_that_asks_for_a_bag, answers)) == "bag"
    assert asked(play(shop_that_asks_for_a_bag, {**answers, "bag": "no"})) == "receipt"


def test_an_option_removed_by_a_release_is_asked_again() -> None:
    assert asked(play(shop_without_pears, {"fruit": "pear", "count": "12"})) == "fruit"


def test_a_name_asked_twice_is_a_fault_of_the_script() -> None:
    with pytest.raises(RuntimeError, match="'fruit' twice"):
        play(shop_that_asks_twice, {"fruit": "pear"})


def test_a_conversation_is_a_small_json_object_of_meanings() -> None:
    conversation = Conversation("id")
    talk = Talk(shop, "0612", "fresh")
    talk.converse(conversation, Meant("pear"))
    talk.converse(conversation, Meant("12"))
    assert json.loads(json.dumps(conversation.answers)) == {
        "fruit": "pear",
        "count": "12",
        "receipt": "12 pear",
    }
    assert conversation.over
