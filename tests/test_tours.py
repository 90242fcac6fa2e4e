"""The tours and the page of what is covered are those of the code, and no way is too long."""

import pytest

from core.services import SERVICES
from tests.tours import (
    CHANNELS,
    COVERAGE,
    FOLDER,
    MOST_OF_OTHERS,
    MOST_REQUESTS,
    coverage,
    fewest_requests,
    tour,
    tour_file,
)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("service", SERVICES)
def test_the_tour_of_each_service_on_each_channel_is_up_to_date(service: str, channel: str) -> None:
    """When it is not: `make transcripts`, and read what changed."""
    assert tour_file(service, channel).read_text() == tour(service, channel)


def test_there_is_no_tour_of_what_is_no_service() -> None:
    assert len(list(FOLDER.glob("*.txt"))) == len(SERVICES) * len(CHANNELS)


@pytest.mark.parametrize("service", SERVICES)
def test_the_way_from_dial_to_number_or_answer_is_short(service: str) -> None:
    assert 0 < fewest_requests(service) <= MOST_REQUESTS.get(service, MOST_OF_OTHERS)


def test_the_page_of_what_is_covered_is_up_to_date() -> None:
    """When it is not: `make transcripts`."""
    assert COVERAGE.read_text() == coverage()
